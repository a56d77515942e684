import { describe, expect, test } from 'vitest';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const WATCHED = sharedFile('data/traces/vllm019_rtx4090_llama31_8b_requests.jsonl');
const NO_WATCHED = absent(WATCHED);

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const ROW = { input_toks: 10, output_toks: 2, arrival_time_ns: 5_000_000_000 };

describe("LLMServingSim's requests", () => {
  test('have nanoseconds; sessions have their calls, and what tools took between them', async () => {
    const calls = [
      { input_toks: 20, output_toks: 3, tool_duration_ns: 250_000_000 },
      { input_toks: 40, output_toks: 4 },
      { input_toks: 60, output_toks: 5, tool_duration_ns: 0 },
    ];
    const session = { session_id: 7, arrival_time_ns: 6_500_000_000, sub_requests: calls };
    const file = written('sim.jsonl', lines(ROW, session));
    expect(await recognised(file)).toBe('serving-sim');
    const common = { session: '7', isCumulative: true };
    expect(await entriesOf(file)).toEqual([
      { atMs: 0, inputTokens: 10, outputTokens: 2 },
      { ...common, turn: 0, atMs: 1500, inputTokens: 20, outputTokens: 3 },
      { ...common, turn: 1, thinkMs: 250, inputTokens: 40, outputTokens: 4 },
      { ...common, turn: 2, inputTokens: 60, outputTokens: 5 },
    ]);
  });

  test.each([
    [{ arrival_time_ns: -1 }, /line 2: arrival_time_ns: found -1; expected a time >= 0/],
    [{ arrival_time_ns: undefined, arrival_time: 'x' }, /line 2: arrival_time: found "x"/],
    [{ input_toks: 1.5 }, /line 2: input_toks: found 1\.5; expected tokens >= 0/],
    [{ output_toks: undefined }, /line 2: output_toks: missing/],
    [{ sub_requests: 7 }, /line 2: sub_requests: found 7; expected a list/],
    [{ sub_requests: [] }, /line 2: session_id: missing/],
    [{ session_id: 's', sub_requests: [{}] }, /line 2: sub_requests\[0\]: input_toks: missing/],
  ])('a wrong line is named: %o', async (fields, message) => {
    const file = written('wrong.jsonl', lines(ROW, { ...ROW, ...fields }));
    await expect(entriesOf(file)).rejects.toThrow(message);
  });

  test.skipIf(NO_WATCHED)(
    titled('as an engine that was watched took them', NO_WATCHED),
    async () => {
      expect(await recognised(WATCHED)).toBe('serving-sim');
      const entries = await entriesOf(WATCHED);
      expect(entries).toHaveLength(300);
      expect(entries[1]!.atMs).toBeCloseTo(265.091, 2);
      expect(entries[0]!.apiMs).toBeCloseTo(17_570.317, 2);
    },
  );
});
