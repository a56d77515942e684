import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLANNED_COLUMNS } from '../../src/export/planned.ts';
import { writePlannedCsv } from '../../src/export/planned-csv.ts';
import { writePlannedParquet } from '../../src/export/planned-parquet.ts';
import { Column } from '../../src/stats/column.ts';
import { METRICS, REQUEST_METRICS } from '../../src/stats/metrics.ts';
import { distributionOf } from '../../src/stats/quantile.ts';
import { header, samplePart, turnRecord } from '../record/sample.ts';
import { mixedRun } from './sample-run.ts';

const { run, summary } = mixedRun();
let dir: string;
let csv: Record<string, string>[];
let parquet: Record<string, unknown>[];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'confab-planned-'));
  writePlannedCsv(join(dir, 'a.csv'), run);
  csv = parse(readFileSync(join(dir, 'a.csv')), { columns: true });
  writePlannedParquet(join(dir, 'a.parquet'), run);
  parquet = await readParquet(join(dir, 'a.parquet'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file: file as ArrayBuffer });
}

/** Of a run that is written anew. */
async function rowsOf(of: typeof run): Promise<Record<string, unknown>[]> {
  writePlannedParquet(join(dir, 'b.parquet'), of);
  return readParquet(join(dir, 'b.parquet'));
}

test('every planned request is a row, warm-up included, in the order of being due', () => {
  const records = run.parts[0]!.records;
  expect(csv).toHaveLength(records.length);
  expect(parquet).toHaveLength(records.length);
  const due = parquet.map((row) => row['intended_ms'] as number);
  expect(due).toEqual(due.toSorted((a, b) => a - b));
  const statuses = new Set(parquet.map((row) => row['status']));
  expect(statuses).toEqual(new Set(['ok', 'http', 'timeout', 'cancelled', 'unsent']));
  expect(parquet.filter((row) => row['phase'] === 'warmup')).toHaveLength(1);
});

test('names are those of metrics and of the journal, as Python writes them, and are there once', () => {
  const names = PLANNED_COLUMNS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['user_id', 'ttft_ms', 'engine_queue_ms']));
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  expect(Object.keys(csv[0]!)).toEqual(names.filter((name) => name !== 'chunk_gaps_ms'));
  expect(Object.keys(parquet[0]!)).toEqual(names);
});

test('what is unknown is empty, never 0', () => {
  const unsent = csv.find((row) => row['user_id'] === '105')!;
  expect(unsent).toMatchObject({ status: 'unsent', sent_ms: '', ttft_ms: '', output_tokens: '' });
  expect(unsent).toMatchObject({ reason: 'the run stopped', attempts: '0', sent_at: '' });
  const silent = parquet.find((row) => row['user_id'] === 101n)!;
  expect(silent).toMatchObject({ status: 'ok', input_tokens: null, ttft_ms: 100 });
  const failed = parquet.find((row) => row['user_id'] === 102n)!;
  expect(failed).toMatchObject({ ttft_ms: null, latency_ms: null, lateness_ms: 1 });
});

test('texts of engines stay in their cells', () => {
  const failed = csv.find((row) => row['user_id'] === '102')!;
  expect(failed['reason']).toBe('no, "free" <slot>\nhere');
  expect(parquet.find((row) => row['user_id'] === 102n)!['reason']).toBe(failed['reason']);
});

test('the statistics of a column over the measured rows are those of the report', () => {
  for (const metric of REQUEST_METRICS) {
    if (METRICS[metric].over === 'gaps') continue;
    const column = new Column();
    const name = metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const row of parquet) {
      const value = row[name];
      if (row['phase'] === 'measure' && value !== null) column.add(Number(value));
    }
    const [found, expected] = [distributionOf(column), summary.distributions[metric]];
    expect(found?.count, metric).toBe(expected?.count);
    if (expected) expect(found!.p95, metric).toBeCloseTo(expected.p95, 5);
  }
  const gaps = parquet
    .filter(({ phase, status }) => phase === 'measure' && status === 'ok')
    .flatMap((row) => row['chunk_gaps_ms'] as number[]);
  expect(gaps).toHaveLength(summary.distributions.iclMs!.count);
});

test('times of day are to a microsecond, and are empty in virtual time', async () => {
  const sentMs = 2001.125;
  const at = async (clock: 'system' | 'virtual') => {
    const part = samplePart({ header: header({ clock }), records: [turnRecord({ sentMs })] });
    return (await rowsOf({ parts: [part], warnings: [] }))[0]!['sent_at'];
  };
  expect(await at('virtual')).toBe(null);
  expect(await at('system')).toEqual(new Date('2026-01-02T03:04:07.001Z'));
});

test('a run of which nothing was planned is a file with columns and no rows', async () => {
  expect(await rowsOf({ parts: [samplePart({ records: [] })], warnings: [] })).toEqual([]);
});

test('the parts of a resumed run lie on one time line, and are told apart', async () => {
  const later = header({ part: 1, originEpochMs: run.parts[0]!.header.originEpochMs + 60_000 });
  const parts = [
    samplePart({ records: [turnRecord({ sentMs: 1000 })] }),
    samplePart({ header: later, records: [turnRecord({ sentMs: 1000 })] }),
  ];
  const rows = await rowsOf({ parts, warnings: [] });
  expect(rows.map((row) => [row['part'], row['sent_ms']])).toEqual([
    [0n, 1000],
    [1n, 61_000],
  ]);
});
