import { UsageError } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';
import type { EnginePages } from './engine-pages.ts';
import { readLines } from './lines.ts';
import type { RecordStatus, RunFooter, RunHeader, TurnRecord } from './record.ts';

/** One journal file: a run, or what one resume added to it. */
export interface RunPart {
  readonly header: RunHeader;
  readonly records: readonly TurnRecord[];
  /** undefined: the part did not end in order (killed, crashed, disk full), or is still being written. */
  readonly footer: RunFooter | undefined;
  /** Records in the file that another part of the run stands for. */
  readonly leftOut?: number;
  /** What the engine told of itself before it and after it; absent if it did not. */
  readonly enginePages?: EnginePages | undefined;
}

const STATUSES: ReadonlySet<unknown> = new Set<RecordStatus>([
  'ok',
  'http',
  'timeout',
  'connect',
  'protocol',
  'client',
  'cancelled',
  'unsent',
]);

/**
 * Reads a journal line by line; its `lines` may be elsewhere. A last line that was cut off is left out, and said in `warnings`.
 * @throws UsageError naming file and line: unreadable, another format or version, a damaged line.
 */
export function readJournal(
  path: string,
  lines = readLines(path, 'journal'),
): { part: RunPart; warnings: string[] } {
  let header: RunHeader | undefined;
  let footer: RunFooter | undefined;
  let cutLine: number | undefined;
  let number = 0;
  const records: TurnRecord[] = [];
  for (const line of lines) {
    const where = `${path}: line ${++number}`;
    if (cutLine) throw new UsageError(`${path}: line ${cutLine}: not JSON, and not the last line`);
    if (footer) throw new UsageError(`${where}: found a line after the footer`);
    const value = parsedJson(line);
    if (!isObject(value)) cutLine = number;
    else if (!header) header = asHeader(value, where);
    else if ('stoppedBy' in value) footer = value as unknown as RunFooter;
    else records.push(asRecord(value, where));
  }
  if (!header) {
    throw new UsageError(`${path}: no whole header line; expected a confab journal`);
  }
  const warnings = cutLine
    ? [`${path}: line ${cutLine}, the last, is cut off and was left out (killed, or disk full)`]
    : [];
  return { part: { header, records, footer }, warnings };
}

function asHeader(value: object, where: string): RunHeader {
  const { format, version } = value as Partial<RunHeader>;
  if (format === 'confab-journal' && version === 1) return value as RunHeader;
  throw new UsageError(
    `${where}: found format ${JSON.stringify(format)}, version ${JSON.stringify(version)}; ` +
      "expected format 'confab-journal', version 1",
  );
}

function asRecord(value: object, where: string): TurnRecord {
  const { userId, turn, status } = value as Partial<TurnRecord>;
  if (typeof userId === 'number' && typeof turn === 'number' && STATUSES.has(status)) {
    return value as TurnRecord;
  }
  throw new UsageError(
    `${where}: found ${JSON.stringify({ userId, turn, status })}; ` +
      `expected a record with userId, turn and a status of ${[...STATUSES].join(', ')}`,
  );
}
