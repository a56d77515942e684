import { describe, expect, test } from 'vitest';
import { Message } from '../../../../src/workload/message.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const SAMPLE = sharedFile('data/traces/aibrix_5s.jsonl');
const NO_SAMPLE = absent(SAMPLE);

const said = (text: string) => ({ messages: [new Message('user', text)] });

describe("a workload of AIBrix's", () => {
  test('has an entry a moment, in either dialect of keys, with or without sessions', async () => {
    const lines = [
      '{"timestamp": 0, "requests": [{"prompt": "a", "prompt_length": 1, "output_length": 21.0}, {"prompt": "b", "output_length": NaN, "session_id": 0}]}',
      '{"timestamp": 1500, "requests": []}',
      '{"timestamp": 1500, "requests": [{"prompt": "NaN", "Prompt Length": 3, "Output Length": 4, "session_id": "s", "model": "m"}, {"prompt": "c", "output_length": 0, "session_id": null}]}',
      '{"timestamp": 2000, "requests": [{"prompt": null, "prompt_length": 7, "output_length": null}]}',
    ];
    const entries = [
      { atMs: 0, ...said('a'), outputTokens: 21 },
      { atMs: 0, ...said('b'), session: '0' },
      { atMs: 1500, ...said('NaN'), outputTokens: 4, session: 's', model: 'm' },
      { atMs: 1500, ...said('c') },
      { atMs: 2000, inputTokens: 7 },
    ];
    const list = `[\n    ${lines.join(',\n    ')}\n]`;
    for (const text of [lines.join('\n'), list]) {
      const file = written('workload', text);
      expect(await recognised(file)).toBe('aibrix');
      expect(await entriesOf(file)).toEqual(entries);
    }
  });

  test("an agent's requests repeat what was said; its tools are the pause before the followup", async () => {
    const request = (turn: number, phase: string) => ({
      prompt: `${turn} ${phase}`,
      output_length: 64,
      session_id: 'agent_1',
      agent: { turn, phase, expected_latency_ms: 100, node_type: 'model' },
    });
    const entry = (timestamp: number, turn: number, phase: string) =>
      JSON.stringify({ timestamp, events: [], requests: [request(turn, phase)] });
    const file = written(
      'agent.jsonl',
      [entry(10, 0, 'plan'), entry(400, 0, 'followup')].join('\n'),
    );
    const agent = { session: 'agent_1', isCumulative: true, outputTokens: 64, apiMs: 100 };
    expect(await entriesOf(file)).toEqual([
      { atMs: 10, ...agent, turn: 0, kind: 'plan', ...said('0 plan') },
      { atMs: 400, ...agent, turn: 1, kind: 'followup', ...said('0 followup'), thinkMs: 290 },
    ]);
  });

  test.each([
    [
      '{"timestamp": -1, "requests": []}',
      /line 2: timestamp: found -1; expected milliseconds >= 0/,
    ],
    ['{"timestamp": 1, "requests": {}}', /line 2: requests: found {}; expected a list/],
    ['{"timestamp": 1, "requests": [7]}', /line 2: requests\[0\]: found 7; expected an object/],
    [
      '{"timestamp": 1, "requests": [{}]}',
      /line 2: requests\[0\]: prompt: missing; expected a text/,
    ],
    [
      '{"timestamp": 1, "requests": [{"prompt": "a", "output_length": 2.5}]}',
      /line 2: requests\[0\]: output_length: found 2\.5; expected tokens >= 0, or null/,
    ],
    [
      '{"timestamp": 1, "requests": [{"prompt": "a", "session_id": []}]}',
      /line 2: requests\[0\]: session_id: found \[\]/,
    ],
    ['{"timestamp": 1, "requests": [', /line 2: found .*, which breaks off; expected JSON/],
  ])('a wrong line is named: %s', async (line, message) => {
    const file = written('wrong.jsonl', `{"timestamp": 0, "requests": []}\n${line}\n`);
    await expect(entriesOf(file)).rejects.toThrow(message);
    await expect(entriesOf(file)).rejects.toThrow(`${file}: line 2: `);
  });

  test.skipIf(NO_SAMPLE)(titled('the sample that AIBrix ships', NO_SAMPLE), async () => {
    expect(await recognised(SAMPLE)).toBe('aibrix');
    const entries = await entriesOf(SAMPLE);
    expect(entries).toHaveLength(203);
    expect(entries[0]).toMatchObject({ atMs: 21, outputTokens: 22 });
    expect(entries.every(({ messages }) => messages?.length === 1)).toBe(true);
  });
});
