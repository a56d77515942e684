import { describe, expect, test } from 'vitest';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const FILE = sharedFile('data/conversations/mlperf_edge_agentic.jsonl');
const NO_FILE = absent(FILE);

const TOOLS = [{ type: 'function', function: { name: 'bash', parameters: {} } }];
const CALL = { id: 'c1', type: 'function', function: { name: 'bash', arguments: '{}' } };
const row = (turn: number, role: string, more: object, id = 'a') =>
  JSON.stringify({ conversation_id: id, turn, role, ...more });

describe('a message a row', () => {
  test('makes a request of all that was said since the answer before', async () => {
    const file = written(
      'agents.jsonl',
      [
        row(1, 'user', { content: 'fix it', system: 'You fix.', tools: TOOLS }),
        row(1, 'user', { content: 'other' }, 'b'),
        row(2, 'assistant', { content: null, reasoning_content: 'hm', tool_calls: [CALL] }),
        row(3, 'tool', {
          delay_seconds: 0.25,
          tool_results: [
            { tool_call_id: 'c1', content: 'one' },
            { tool_call_id: 'c2', content: 'two' },
          ],
        }),
        row(4, 'assistant', { content: 'done' }),
        row(5, 'user', { content: 'thanks', system: 'You fix.' }),
      ].join('\n'),
    );
    expect(await recognised(file)).toBe('mlperf-agentic');
    const entries = await entriesOf(file);
    const json = entries.map(({ messages, answer, ...rest }) => ({
      ...rest,
      said: messages!.map((message) => JSON.parse(message.json.toString())),
      answer: answer && JSON.parse(answer.json.toString()),
    }));
    expect(json).toEqual([
      {
        session: 'a',
        turn: 0,
        request: { tools: TOOLS },
        said: [
          { role: 'system', content: 'You fix.' },
          { role: 'user', content: 'fix it' },
        ],
        answer: { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [CALL] },
      },
      {
        session: 'a',
        turn: 1,
        thinkMs: 250,
        said: [
          { role: 'tool', content: 'one', tool_call_id: 'c1' },
          { role: 'tool', content: 'two', tool_call_id: 'c2' },
        ],
        answer: { role: 'assistant', content: 'done' },
      },
      // Not answered in the file.
      { session: 'a', turn: 2, said: [{ role: 'user', content: 'thanks' }], answer: undefined },
      { session: 'b', turn: 0, said: [{ role: 'user', content: 'other' }], answer: undefined },
    ]);
  });

  test.each([
    [row(1, 'user', { content: 'x' }), /line 2: turn: found 1; expected a whole number above 1/],
    [row(2, 'bot', { content: 'x' }), /line 2: messages\[0\]\.role: found "bot"/],
    [row(2, 'user', {}), /line 2: messages\[0\]\.content: missing/],
    [row(2, 'tool', { tool_results: [] }), /line 2: tool_results: found \[\]; expected a list of/],
    [row(2, 'tool', { content: 'x', delay_seconds: -1 }), /line 2: delay_seconds: found -1/],
    [row(2, 'user', { content: 'x', system: 'z' }), /line 2: system: found "z"; expected none/],
    [row(1, 'assistant', { content: 'x' }, 'b'), /line 2: role: found assistant; expected user/],
    ['{"conversation_id": null}', /line 2: conversation_id: found null; expected a text/],
  ])('a wrong row is named: %s', async (line, message) => {
    const file = written(
      'wrong.jsonl',
      `${row(1, 'user', { content: 'x', system: 'y' })}\n${line}`,
    );
    await expect(entriesOf(file)).rejects.toThrow(message);
  });

  test.skipIf(NO_FILE)(
    titled("MLPerf's 20 conversations: 1,007 requests, 987 after tools", NO_FILE),
    async () => {
      expect(await recognised(FILE)).toBe('mlperf-agentic');
      const entries = await entriesOf(FILE);
      expect(entries).toHaveLength(1007);
      expect(new Set(entries.map(({ session }) => session)).size).toBe(20);
      const paused = entries.filter(({ thinkMs }) => thinkMs !== undefined);
      expect(paused).toHaveLength(987);
      const delays = paused.map(({ thinkMs }) => thinkMs!).sort((a, b) => a - b);
      expect(delays[493]!).toBeCloseTo(63, 0);
      expect(entries.filter(({ request }) => request?.['tools'])).toHaveLength(20);
      expect(entries.every(({ answer }) => answer?.fields?.['tool_calls'])).toBe(true);
      expect(
        entries.filter(({ turn }) => turn === 0).map(({ messages }) => messages![0].role),
      ).toEqual(Array(20).fill('system'));
    },
  );
});
