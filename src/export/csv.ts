import { errorText, UsageError } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { METRICS } from '../stats/metrics.ts';
import { csvText, inBatches } from './csv-text.ts';
import { isInCsv } from './read-csv.ts';

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
  ['finish_reason', ({ record }) => record.finishReason ?? ''],
];

/** Under its name in our reports; times in seconds, as upstream's are. */
function metricColumn(name: 'latenessMs' | 'cachedTokens'): CsvColumn {
  const { label, unit, of } = METRICS[name];
  const show = unit === 'ms' ? sec : text;
  return [label.replaceAll(' ', '_'), ({ record }) => show(of(record))];
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

function* linesOf(cells: readonly CsvCell[], columns: readonly CsvColumn[]): Generator<string> {
  yield csvText([columns.map(([name]) => name)]);
  for (const batch of inBatches(cells)) {
    yield csvText(batch.map((cell) => columns.map(([, of]) => of(cell))));
  }
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
