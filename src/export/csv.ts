import { CsvError, parse } from 'csv-parse/sync';
import { errorText, UsageError } from '../base/errors.ts';
import { parsedJson, shown } from '../base/json.ts';
import { elsewhere } from '../base/known-formats.ts';
import { LARGE_BYTES, readText } from '../base/read-text.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { METRICS } from '../stats/metrics.ts';

/** Lines of the file are written in pieces of about this size. */
const WRITE_CHARS = 1 << 18;

export interface CsvCell {
  readonly record: TurnRecord;
  readonly originEpochMs: number;
}

export type CsvColumn = readonly [name: string, cell: (of: CsvCell) => string];

/**
 * Columns and their contents. The first eight are those of production-stack's multi-round-qa.py, in its
 * units: seconds, and Unix time in seconds. `question_id` is the real number of the question, from 1.
 * `ttlt` (whole time of the request) is the fork's; the rest is ours.
 */
const COLUMNS: readonly CsvColumn[] = [
  ['prompt_tokens', ({ record }) => text(record.inputTokens)],
  ['generation_tokens', ({ record }) => text(record.outputTokens)],
  ['ttft', ({ record }) => span(record.sentMs, record.firstTokenMs)],
  ['generation_time', ({ record }) => span(record.firstTokenMs, record.endMs)],
  ['user_id', ({ record }) => text(record.userId)],
  ['question_id', ({ record }) => text(record.turn + 1)],
  ['launch_time', ({ record, originEpochMs }) => epochSec(record.sentMs, originEpochMs)],
  ['finish_time', ({ record, originEpochMs }) => epochSec(record.endMs, originEpochMs)],
  ['ttlt', ({ record }) => span(record.sentMs, record.endMs)],
  ['status', ({ record }) => record.status],
  ...(['latenessMs', 'cachedTokens'] as const).map(metricColumn),
  ['turn', ({ record }) => text(record.turn)],
  ['turns', ({ record }) => text(record.turns)],
  ['attempts', ({ record }) => text(record.attempts)],
  ['finish_reason', ({ record }) => quoted(record.finishReason ?? '')],
];

/** Under its name in our reports; times in seconds, as upstream's are. */
function metricColumn(name: 'latenessMs' | 'cachedTokens'): CsvColumn {
  const { label, unit, of } = METRICS[name];
  const show = unit === 'ms' ? sec : text;
  return [label.replaceAll(' ', '_'), ({ record }) => show(of(record))];
}

/** A request that the file has a row for: a measured, completed one. */
export function isInCsv(record: TurnRecord): boolean {
  return record.phase === 'measure' && record.status === 'ok';
}

/**
 * Writes the measured, completed requests in the order of launching, and returns how many there were.
 * Failed, cancelled and unsent requests are in the journal only: the readers of this format take every
 * row for a finished request. What is unknown is left empty, which pandas reads as NaN. `more` columns
 * come last.
 * @throws UsageError if the file cannot be written.
 */
export function writeMultiRoundQaCsv(
  path: string,
  run: Run,
  more: readonly CsvColumn[] = [],
): number {
  const cells = run.parts.flatMap(({ header, records }) =>
    records
      .filter(isInCsv)
      .map((record): CsvCell => ({ record, originEpochMs: header.originEpochMs })),
  );
  cells.sort((a, b) => launchMs(a) - launchMs(b));
  try {
    writeWhole(path, linesOf(cells, [...COLUMNS, ...more]));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${errorText(error)}`);
  }
  return cells.length;
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

function* linesOf(cells: readonly CsvCell[], columns: readonly CsvColumn[]): Generator<string> {
  let pending = `${columns.map(([name]) => name).join(',')}\n`;
  for (const cell of cells) {
    pending += `${columns.map(([, of]) => of(cell)).join(',')}\n`;
    if (pending.length < WRITE_CHARS) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}

function launchMs({ record, originEpochMs }: CsvCell): number {
  return originEpochMs + (record.sentMs ?? 0);
}

function text(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function span(fromMs: number | undefined, toMs: number | undefined): string {
  return fromMs === undefined || toMs === undefined ? '' : sec(toMs - fromMs);
}

function epochSec(ms: number | undefined, originEpochMs: number): string {
  return ms === undefined ? '' : sec(originEpochMs + ms);
}

function sec(ms: number | undefined): string {
  return ms === undefined ? '' : (ms / 1000).toFixed(6);
}

export function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
