import { describe, expect, test } from 'vitest';
import { formatOf, TRACE_FORMATS } from '../../../../src/workload/traces/formats/formats.ts';
import { qwenBailian } from '../../../../src/workload/traces/formats/qwen-bailian.ts';
import { scratchDir } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();

const row = (chat_id: number, parent_chat_id: number, fields: object = {}) => ({
  chat_id,
  parent_chat_id,
  timestamp: 0,
  input_length: 40,
  output_length: 5,
  type: 'text',
  turn: 1,
  hash_ids: [0, 1, 2],
  ...fields,
});
const write = (...lines: object[]) => writeLines(dir, 'trace.jsonl', lines);
const read = (...lines: object[]) => readAll(qwenBailian, write(...lines));

describe('a row', () => {
  test('is known by its fields, its input whole, its seconds milliseconds', async () => {
    const file = write(row(159, -1, { timestamp: 61.114 }));
    expect((await formatOf(file, 'auto', TRACE_FORMATS)).name).toBe('qwen-bailian');
    expect(await readAll(qwenBailian, file)).toEqual([
      {
        atMs: 61_114,
        session: '159',
        turn: 0,
        inputTokens: 40,
        outputTokens: 5,
        hashIds: [0, 1, 2],
        kind: 'text',
        isCumulative: true,
      },
    ]);
  });

  test.each([
    [{ timestamp: '3' }, /line 2: timestamp: found "3"; expected seconds >= 0/],
    [{ input_length: 0 }, /line 2: input_length: found 0; expected tokens >= 1/],
    [{ output_length: null }, /line 2: output_length: found null; expected tokens >= 0/],
    [{ chat_id: null }, /line 2: chat_id: found null; expected a whole number/],
    [{ hash_ids: [0, -1, 2] }, /line 2: hash_ids: found \[0,-1,2\]; expected a list/],
    [
      { hash_ids: [0] },
      /line 2: hash_ids: found 1; expected 3 .* blocks of 16 \(blocks of 32 would fit\)/,
    ],
  ])('with %j is refused by file, line and field', async (fields, message) => {
    await expect(read(row(1, -1), row(2, -1, fields))).rejects.toThrow(message);
  });
});

test('rows that go on from each other are a session; a second answer to the same is one of its own', async () => {
  const entries = await read(
    row(1, -1),
    row(2, 1),
    row(3, -1),
    row(4, 2),
    row(5, 2),
    row(6, 5),
    row(7, 99),
  );
  expect(entries.map(({ session, turn }) => [session, turn])).toEqual([
    ['1', 0],
    ['1', 1],
    ['3', 0],
    ['1', 2],
    ['5', 0],
    ['5', 1],
    ['7', 0],
  ]);
});

test('a row may come before the one that it goes on from', async () => {
  const at = (id: number, parent: number, timestamp: number) => row(id, parent, { timestamp });
  const entries = await read(at(3, 2, 9), at(2, 1, 5), at(7, 99, 4), at(1, -1, 1), at(8, 3, 2));
  expect(entries.map(({ session, turn }) => [session, turn])).toEqual([
    ['1', 2],
    ['1', 1],
    ['7', 0],
    ['1', 0],
    ['8', 0],
  ]);
});

test('rows whose parents are not there, or come later in time, are told of', async () => {
  const told: string[] = [];
  const file = write(row(1, -1, { timestamp: 5 }), row(2, 1), row(3, 99), row(4, -1));
  await readAll(qwenBailian, file, { warn: (warning) => told.push(warning) });
  expect(told).toEqual([expect.stringMatching(/parent_chat_id: 2 rows go on from a row that is/)]);
});

test('a row that is there twice is two sessions', async () => {
  const entries = await read(row(1, -1), row(1, -1), row(2, 1));
  expect(entries.map(({ session, turn }) => [session, turn])).toEqual([
    ['1', 0],
    ['1#2', 0],
    ['1#2', 1],
  ]);
});
