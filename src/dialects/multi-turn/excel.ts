import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { Description } from './describe.ts';
import { generatorParameters } from './generator-text.ts';
import {
  type MultiTurnSettings,
  type Sample,
  samplesOf,
  statisticsBlocks,
  testParameters,
} from './statistics.ts';

/** A number, a text, a heading, or nothing. */
export type SheetCell = number | string | { value: string; fontWeight: 'bold' } | null;
export type SheetRows = SheetCell[][];

/** What Excel opens: 2^20 rows, the heading included. */
const SHEET_ROWS_MAX = 1_048_576;

const RAW_COLUMNS = [
  'ttft_ms',
  'tpot_ms',
  'latency_ms',
  'start_time_ms',
  'input_num_turns',
  'input_num_tokens',
  'output_num_tokens',
  'output_num_chunks',
  'output_num_first_chunk_tokens',
  'approx_cached_percent',
  'conversation_id',
  'client_id',
  'time_between_user_turns_sec',
  'end_time_ms',
] as const satisfies readonly (keyof Sample)[];

/** `statistics_2_clients__31-12-2026_23-59-58.xlsx`, in local time as the tool names it. */
export function excelFileName(numClients: number, epochMs: number): string {
  const at = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [two(at.getDate()), two(at.getMonth() + 1), at.getFullYear()].join('-');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('-');
  return `statistics_${numClients}_clients__${date}_${time}.xlsx`;
}

/**
 * Writes the workbook that --excel-output makes, into `dir`: the sheets `Summary` and `Raw data` (completed
 * requests in the order of starting). Returns its path, and how many requests no longer fit into a sheet.
 * @throws UsageError if it cannot be written.
 */
export async function writeExcel(
  dir: string,
  records: readonly TurnRecord[],
  settings: MultiTurnSettings,
  epochMs: number,
): Promise<{ path: string; leftOut: number }> {
  const path = join(dir, excelFileName(settings.numClients, epochMs));
  const samples = samplesOf(records, settings);
  const fitting = samples.slice(0, SHEET_ROWS_MAX - 1);
  const { default: writeWorkbook } = await import('write-excel-file/node');
  const workbook = writeWorkbook([
    { sheet: 'Summary', data: summaryRows(samples, records, settings) },
    { sheet: 'Raw data', data: rawRows(fitting, settings.verbose) },
  ]);
  try {
    writeWhole(path, [await workbook.toBuffer()]);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${errorText(error)}`);
  }
  return { path, leftOut: samples.length - fitting.length };
}

/** Parameters, the generator's, then for each warm-up share its parameters and its table; the tool's rows. */
export function summaryRows(
  samples: readonly Sample[],
  records: readonly TurnRecord[],
  settings: MultiTurnSettings,
): SheetRows {
  const { generator } = settings;
  const blocks = statisticsBlocks(samples, records, settings);
  return [
    ...parameterRows(testParameters(settings)),
    [],
    ...(generator ? [...parameterRows(generatorParameters(generator)), [], [], []] : [[]]),
    ...blocks.flatMap(({ parameters, description }) => [
      ...parameterRows(parameters),
      [],
      ...descriptionRows(description),
      [],
      [],
    ]),
  ];
}

/** A heading and one row for each request. */
export function rawRows(samples: readonly Sample[], verbose: boolean): SheetRows {
  const columns = RAW_COLUMNS.filter((name) => verbose || name !== 'time_between_user_turns_sec');
  return [
    columns.map(heading),
    ...samples.map((sample) => columns.map((name) => cell(sample[name]))),
  ];
}

function parameterRows(
  parameters: readonly (readonly [string, string | number | undefined])[],
): SheetRows {
  return [parameters.map(([name]) => heading(name)), parameters.map(([, value]) => cell(value))];
}

function descriptionRows({ columns, rows }: Description): SheetRows {
  return [
    [null, ...columns.map(heading)],
    ...rows.map(({ name, values }) => [heading(name), ...values.map(cell)]),
  ];
}

function heading(value: string): SheetCell {
  return { value, fontWeight: 'bold' };
}

/** Nothing where there is no number, as pandas writes NaN. The library drops what XML cannot hold. */
function cell(value: string | number | null | undefined): SheetCell {
  if (typeof value === 'string') return value;
  return value === undefined || value === null || !Number.isFinite(value) ? null : value;
}
