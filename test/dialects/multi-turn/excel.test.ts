import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.ts';
import {
  excelFileName,
  type SheetRows,
  summaryRows,
  writeExcel,
} from '../../../src/dialects/multi-turn/excel.ts';
import { samplesOf } from '../../../src/dialects/multi-turn/statistics.ts';
import { turnRecord } from '../../record/sample.ts';
import { multiTurnRecords, SETTINGS, warmupRecords } from './sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-excel-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const EPOCH_MS = new Date(2026, 11, 31, 3, 4, 5).getTime();

test('M-52 the file is named after the clients and the local time', () => {
  expect(excelFileName(2, EPOCH_MS)).toBe('statistics_2_clients__31-12-2026_03-04-05.xlsx');
});

describe('M-52 the workbook', () => {
  test('has the summary and the raw data of the completed requests', async () => {
    const records = multiTurnRecords();
    const { path, leftOut } = await writeExcel(dir, records, SETTINGS, EPOCH_MS);
    expect(basename(path)).toBe(excelFileName(2, EPOCH_MS));
    expect(leftOut).toBe(0);
    const files = unzipped(path);
    expect(files.get('xl/workbook.xml')).toMatch(/name="Summary"[\s\S]*name="Raw data"/);

    const summary = cellsOf(files, 1);
    expect(summary.get('A1')).toBe('model');
    expect(summary.get('A2')).toBe(SETTINGS.model);
    expect(summary.get('B4')).toBe('input_num_turns');
    expect(summary.get('B5')).toBe('UniformDistribution[12, 18]');
    expect(summary.get('A9')).toBe('runtime_sec');
    expect(summary.get('B12')).toBe('count');
    expect(summary.get('A13')).toBe('ttft_ms');

    const samples = samplesOf(records, SETTINGS);
    const raw = cellsOf(files, 2);
    expect(raw.get('A1')).toBe('ttft_ms');
    expect(raw.get('M1')).toBe('end_time_ms');
    expect(raw.get('K2')).toBe(samples[0]!.conversation_id);
    expect(Number(raw.get('A2'))).toBe(samples[0]!.ttft_ms);
    expect(Number(raw.get(`M${samples.length + 1}`))).toBe(samples.at(-1)!.end_time_ms);
    expect(raw.has(`A${samples.length + 2}`)).toBe(false);
  });

  test('holds an id with a character that XML cannot, without it', async () => {
    const settings = { ...SETTINGS, conversationId: () => 'a\u0001<b>&"' };
    const { path } = await writeExcel(dir, [turnRecord()], settings, EPOCH_MS);
    expect(cellsOf(unzipped(path), 2).get('K2')).toBe('a&lt;b&gt;&amp;"');
  });

  test('that cannot be written is the user’s to mend', async () => {
    const missing = join(dir, 'missing');
    await expect(writeExcel(missing, [], SETTINGS, EPOCH_MS)).rejects.toThrow(UsageError);
  });
});

describe("M-52 the summary's rows are the tool's", () => {
  test('each warm-up percentage has its parameters and its table, below the ones before', () => {
    const rows = summary({ warmupShares: [0, 0.5] });
    // 0-based rows of the tool: parameters, generator, then parameters and table of each percentage.
    expect([0, 3, 8, 11, 21, 24].map((row) => firstCells(rows, row))).toEqual([
      ['model', 'num_clients'],
      ['text_files', 'input_num_turns'],
      ['runtime_sec', 'requests_per_sec'],
      [null, 'count'],
      ['runtime_sec', 'requests_per_sec'],
      [null, 'count'],
    ]);
    expect(rows[12]!.slice(0, 2)).toEqual([{ value: 'ttft_ms', fontWeight: 'bold' }, 159]);
    expect(rows[25]!.slice(0, 2)).toEqual([{ value: 'ttft_ms', fontWeight: 'bold' }, 80]);
  });

  test('without a generator and with a warm-up step', () => {
    const { generator: _, ...settings } = SETTINGS;
    const records = [...warmupRecords(), ...multiTurnRecords()];
    const rows = summaryRows(samplesOf(records, settings), records, settings);
    expect(rows[4]!.map(plain)).toEqual([
      'runtime_sec',
      'requests_per_sec',
      'warmup_runtime_sec',
      'total_runtime_incl_warmup_sec',
    ]);
    expect(rows[5]![2]).toBe(2.5);
    expect(firstCells(rows, 7)).toEqual([null, 'count']);
  });

  function summary(changes: Partial<typeof SETTINGS>): SheetRows {
    const settings = { ...SETTINGS, ...changes };
    const records = multiTurnRecords();
    return summaryRows(samplesOf(records, settings), records, settings);
  }
});

function firstCells(rows: SheetRows, row: number) {
  return rows[row]!.slice(0, 2).map(plain);
}

function plain(cell: SheetRows[number][number]) {
  return typeof cell === 'object' && cell !== null ? cell.value : cell;
}

/** The files of a ZIP archive, found by its central directory. */
function unzipped(path: string): Map<string, string> {
  const zip = readFileSync(path);
  const files = new Map<string, string>();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + lengths[0]!);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const data = zip.subarray(start, start + size);
    files.set(name, (method === 8 ? inflateRawSync(data) : data).toString('utf8'));
    at += 46 + lengths[0]! + lengths[1]! + lengths[2]!;
  }
  return files;
}

/** The cells of a sheet by address, as text, XML entities left as they are. */
function cellsOf(files: Map<string, string>, sheet: number): Map<string, string> {
  const texts = [...(files.get('xl/sharedStrings.xml') ?? '').matchAll(/<t[^>]*>([\s\S]*?)<\/t>/g)];
  const cells = new Map<string, string>();
  const xml = files.get(`xl/worksheets/sheet${sheet}.xml`)!;
  for (const [, attributes, content] of xml.matchAll(/<c ([^>]*[^/])>([\s\S]*?)<\/c>/g)) {
    const address = /\br="([A-Z]+\d+)"/.exec(attributes!)![1]!;
    const value = /<(?:v|t)[^>]*>([\s\S]*?)<\/(?:v|t)>/.exec(content!)?.[1];
    if (value === undefined) continue;
    cells.set(address, /\bt="s"/.test(attributes!) ? texts[Number(value)]![1]! : value);
  }
  return cells;
}
