import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../base/errors.ts';
import { parsedJson, shown } from '../base/json.ts';
import { elsewhere } from '../base/known-formats.ts';
import { LARGE_BYTES, readText } from '../base/read-text.ts';
import type { TurnRecord } from '../record/record.ts';

/** A request that the file has a row for: a measured, completed one. */
export function isInCsv(record: TurnRecord): boolean {
  return record.phase === 'measure' && record.status === 'ok';
}

/** One finished request of a multi-round-qa CSV. Seconds; undefined where the file has nothing. */
export interface MultiRoundQaRow {
  readonly promptTokens: number | undefined;
  readonly generationTokens: number | undefined;
  readonly ttftSec: number | undefined;
  readonly generationSec: number | undefined;
  readonly launchSec: number;
  readonly finishSec: number;
}

/**
 * Reads a CSV of this tool, of production-stack, LMBenchmark (which may have no user ids), LMCache or
 * the fork: the six columns that all of them have, in any order.
 * @throws UsageError naming file, line and column.
 */
export function readMultiRoundQaCsv(path: string): MultiRoundQaRow[] {
  const source = readText(path, { what: 'CSV', maxBytes: LARGE_BYTES });
  const other = elsewhere(parsedJson(source.split('\n', 1)[0]!), 'summary');
  if (other) throw new UsageError(`${path}: found no CSV; ${other}`);
  const rows: MultiRoundQaRow[] = [];
  let columns: Columns | undefined;
  const onRecord = (cells: string[], { lines }: { lines: number }) => {
    if (columns) rows.push(rowOf(cells, columns, `${path}: line ${lines}`));
    else columns = columnsOf(cells, path);
    return undefined;
  };
  try {
    parse(source, { bom: true, skip_empty_lines: true, onRecord });
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(csvProblem(path, error));
    throw error;
  }
  if (!columns) {
    throw new UsageError(`${path}: it is empty; expected a CSV of ${REQUIRED.join(', ')}`);
  }
  return rows;
}

function csvProblem(path: string, error: CsvError): string {
  const line = error['lines'];
  const where = typeof line === 'number' ? `line ${line}: ` : '';
  return `${path}: ${where}${error.message}; expected a CSV of requests`;
}

const REQUIRED = [
  'prompt_tokens',
  'generation_tokens',
  'ttft',
  'generation_time',
  'launch_time',
  'finish_time',
] as const;

type RequiredColumn = (typeof REQUIRED)[number];

/** Where in a row each column is. */
type Columns = Readonly<Record<RequiredColumn, number>>;

function columnsOf(head: readonly string[], path: string): Columns {
  const missing = REQUIRED.filter((name) => !head.includes(name));
  if (missing.length) {
    throw new UsageError(
      `${path}: line 1: found columns ${shown(head.join(', '))}; expected ${missing.join(', ')} too`,
    );
  }
  return Object.fromEntries(REQUIRED.map((name) => [name, head.indexOf(name)])) as Columns;
}

function rowOf(cells: readonly string[], columns: Columns, where: string): MultiRoundQaRow {
  const field = (name: RequiredColumn) =>
    numberOrNothing(cells[columns[name]]!.trim(), `${where}, column ${name}`);
  const time = (name: 'launch_time' | 'finish_time') => {
    const value = field(name);
    if (value !== undefined) return value;
    throw new UsageError(`${where}, column ${name}: found nothing; expected seconds`);
  };
  return {
    promptTokens: field('prompt_tokens'),
    generationTokens: field('generation_tokens'),
    ttftSec: field('ttft'),
    generationSec: field('generation_time'),
    launchSec: time('launch_time'),
    finishSec: time('finish_time'),
  };
}

function numberOrNothing(cell: string, where: string): number | undefined {
  if (cell === '' || cell.toLowerCase() === 'nan') return undefined;
  const value = Number(cell);
  if (Number.isFinite(value)) return value;
  throw new UsageError(`${where}: found '${cell}'; expected a number`);
}
