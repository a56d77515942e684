import { expect, test } from 'vitest';
import { formatOf, TRACE_FORMATS } from '../../../../src/workload/traces/formats/formats.ts';
import { tracelab } from '../../../../src/workload/traces/formats/tracelab.ts';
import { scratchDir } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();

const at = (sec: number) => new Date(Date.UTC(2026, 5, 1) + sec * 1000).toISOString();
const event = (event_type: string, sec: number) => ({ event_type, timestamp: at(sec) });

/** Asked at `sec`, answered three seconds later. */
const round = (
  session_id: string,
  index: number,
  prefix: number,
  append: number,
  sec: number,
  fields = {},
) => ({
  provider: 'claude',
  project: 'p',
  session_id,
  round_index: index,
  model: 'opus',
  input_tokens_total: prefix + append,
  prefix_tokens: prefix,
  newly_append_tokens: append,
  output_tokens: 130,
  timing_events: [
    event(index ? 'tool_result' : 'user_message', sec),
    event('text', sec + 1),
    event('tool_call', sec + 3),
  ],
  first_input_event_type: index ? 'tool_result' : 'user_message',
  ...fields,
});
const write = (...lines: object[]) => writeLines(dir, 'rounds.jsonl', lines);
const read = (...lines: object[]) => readAll(tracelab, write(...lines));

test('a round shares with the one before as many whole blocks as the provider found', async () => {
  const file = write(
    round('s', 0, 0, 200, 10),
    round('s', 1, 190, 100, 20),
    round('s', 2, 64, 100, 40),
  );
  expect((await formatOf(file, 'auto', TRACE_FORMATS)).name).toBe('tracelab');
  const entries = await readAll(tracelab, file);
  const all = { session: 's', isCumulative: true, outputTokens: 130, model: 'opus', apiMs: 3000 };
  const [first, second, third] = entries;
  expect(first).toEqual({
    ...all,
    atMs: Date.UTC(2026, 5, 1, 0, 0, 10),
    turn: 0,
    inputTokens: 200,
    hashIds: [0, 1, 2],
    kind: 'user_message',
  });
  // 190 tokens are two whole blocks; the answer of 130 has made two more names, 3 and 4.
  expect(second).toMatchObject({ inputTokens: 290, hashIds: [0, 1, 5, 6], thinkMs: 7000 });
  expect(third).toMatchObject({ inputTokens: 164, hashIds: [0, 9], thinkMs: 17_000 });
});

test('what the provider found may reach into the answer', async () => {
  const [, second] = await read(round('s', 0, 0, 200, 10), round('s', 1, 320, 10, 20));
  expect(second!.hashIds).toEqual([0, 1, 2, 3, 4]);
});

test('what first rounds find is what the sessions of a project and model have in common', async () => {
  const entries = await read(
    round('a', 0, 128, 64, 0),
    round('b', 0, 192, 64, 5),
    round('c', 0, 128, 0, 9, { project: 'other' }),
  );
  expect(entries.map(({ hashIds }) => hashIds)).toEqual([
    [0, 1, 2],
    [0, 1, 5, 6],
    [9, 10],
  ]);
});

test('a pause that is not known is absent: a tool had ended before the round that called it', async () => {
  const [, second] = await read(round('s', 0, 0, 200, 10), round('s', 1, 0, 200, 12));
  expect(second).not.toHaveProperty('thinkMs');
});

test.each([
  [{ prefix_tokens: -1 }, /line 1: prefix_tokens: found -1; expected tokens >= 0/],
  [
    { input_tokens_total: 7 },
    /line 1: input_tokens_total: found 7; expected 200, prefix_tokens and newly/,
  ],
  [{ timing_events: [] }, /line 1: timing_events: found \[\]; expected a list of events/],
  [
    { timing_events: [{ timestamp: 'soon' }] },
    /line 1: timing_events\[0\]\.timestamp: found "soon"/,
  ],
  [{ session_id: null }, /line 1: session_id: found null; expected a text or a number/],
])('a round with %j is refused', async (fields, message) => {
  await expect(read(round('s', 0, 0, 200, 10, fields))).rejects.toThrow(message);
});
