import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../../../src/base/errors.ts';
import { writeStatsJson } from '../../../src/dialects/multi-turn/stats-json.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { ORIGIN_EPOCH_MS, turnRecord } from '../../record/sample.ts';
import { unsentTurn } from '../../support/turn-record.ts';
import { multiTurnRecords, SETTINGS, warmupRecords } from './sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-stats-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ms = z.number().nonnegative().nullable();
const count = z.int().nonnegative();

// The fields of vLLM's RequestStats, and ours after them.
const ROW = z.strictObject({
  ttft_ms: ms,
  tpot_ms: ms,
  latency_ms: ms,
  start_time_ms: ms,
  input_num_turns: count,
  input_num_tokens: count.nullable(),
  output_num_tokens: count.nullable(),
  output_num_chunks: count,
  output_num_first_chunk_tokens: count.nullable(),
  approx_cached_percent: z.number().min(0).max(100).nullable(),
  conversation_id: z.string(),
  client_id: count.nullable(),
  turn: count,
  status: z.enum(['ok', 'http', 'timeout', 'connect', 'protocol', 'cancelled', 'unsent']),
  error: z.string().nullable(),
  start_epoch_ms: z.number().nullable(),
});

function written(records = multiTurnRecords(), definition: 'usage' | 'compat' = 'usage') {
  const path = join(dir, 'deeper', 'stats.json');
  writeStatsJson(path, records, {
    ...SETTINGS,
    definition,
    originEpochMs: ORIGIN_EPOCH_MS,
    clientId: ({ userId }) => userId % 2,
  });
  return { text: readFileSync(path, 'utf8'), rows: JSON.parse(readFileSync(path, 'utf8')) };
}

test.each(['usage', 'compat'] as const)(
  'M-51 every request is one object of the schema (%s)',
  (definition) => {
    const records = multiTurnRecords();
    const rows = z.array(ROW).parse(written(records, definition).rows);
    expect(rows).toHaveLength(records.length);
    expect(Object.keys(rows[0]!)).toEqual(Object.keys(ROW.shape));
    const started = rows.map(({ start_time_ms }) => start_time_ms ?? Infinity);
    expect(started).toEqual(started.toSorted((a, b) => a - b));
  },
);

test('M-51 failures are there, with what went wrong; so is what was never sent, at the end', () => {
  const records: TurnRecord[] = [
    turnRecord({ status: 'http', httpStatus: 503, reason: 'HTTP 503: busy', sentMs: 2000 }),
    turnRecord({ userId: 2, turn: 1, turns: 2, sentMs: 1000, connectMs: 0 }),
    unsentTurn({ userId: 3, turn: 1, turns: 2, reason: 'the run stopped' }),
  ];
  const { rows } = written(records);
  expect(z.array(ROW).parse(rows)).toMatchObject([
    { conversation_id: 'CONV_ID_1', client_id: 0, turn: 1, status: 'ok', error: null },
    { conversation_id: 'CONV_ID_0', client_id: 1, status: 'http', error: 'HTTP 503: busy' },
    { conversation_id: 'CONV_ID_2', status: 'unsent', error: 'the run stopped', ttft_ms: null },
  ]);
  expect(rows[0].start_epoch_ms).toBe(ORIGIN_EPOCH_MS + 1000);
  expect(rows[2].start_epoch_ms).toBeNull();
});

test('M-51 the warm-up is not in it', () => {
  expect(written(warmupRecords()).rows).toEqual([]);
});

test('M-51 the text is what Python writes with an indent of 2', () => {
  const { text, rows } = written();
  expect(text).toBe(JSON.stringify(rows, null, 2));
  expect(written([]).text).toBe('[]');
});

test('M-51 a file that cannot be written is the user’s to mend', () => {
  const settings = { ...SETTINGS, originEpochMs: 0 };
  expect(() => writeStatsJson(dir, [], settings)).toThrow(UsageError);
});
