import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Tally } from '../files/tally.ts';
import type { TraceEntry } from './format.ts';
import { PlayedTimes } from './order.ts';

type Settings = NonNullable<Scenario['conversation']['trace']>;

/** Which requests of a trace are meant; what is undefined leaves none out. */
export type Selection = Partial<
  Pick<Settings, 'kind' | 'model' | 'skipFailures' | 'fromSec' | 'untilSec' | 'limit'>
>;

/** As the scenario has it; without what leaves nothing out. */
export function selectionOf(settings: Selection): Selection {
  const { kind, model, skipFailures, fromSec, untilSec, limit } = settings;
  const selection = { kind, model, skipFailures: skipFailures || undefined };
  const given = { ...selection, fromSec, untilSec, limit };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export interface Selecting {
  readonly file: string;
  readonly selection: Selection;
  /** Told what is left out, and why. */
  readonly dropped: Tally;
  /** The file is one of a format whose requests stand in the order of time. */
  readonly isSorted?: boolean;
}

/**
 * So many requests, one after the other in time and all behind the part that is wanted: no other of it comes
 * in a file of a format that is sorted, where nothing before was out of order.
 */
const BEHIND = 10_000;

/**
 * The entries that are meant, in the same order, while they are read: the file is read no further than to
 * the last that `limit` lets through, or than `untilSec` where it is sorted.
 * @param read the trace, from its beginning
 * @throws UsageError for a part of its time that is asked of a trace without times.
 */
export async function* select(
  read: () => AsyncIterable<TraceEntry>,
  { file, selection, dropped, isSorted = false }: Selecting,
): AsyncGenerator<TraceEntry> {
  const { limit = Infinity, untilSec = Infinity } = selection;
  const firstMs = await firstMsOf(read, { file, selection, isSorted });
  const times = new PlayedTimes();
  const behind = new Behind(isSorted, firstMs + untilSec * 1000);
  let index = 0;
  let count = 0;
  for await (const entry of read()) {
    index++;
    const atMs = times.of(entry) ?? firstMs;
    const isLast = behind.isOver(atMs);
    const reason = reasonOf(entry, selection, (atMs - firstMs) / 1000);
    if (reason === undefined) {
      yield entry;
      if (++count >= limit) return;
    } else dropped.add(reason, `request ${index}`);
    if (isLast) {
      const why = `not read, as the ${BEHIND} before are all later than ${untilSec} s`;
      dropped.add(why, `request ${index + 1}`, Infinity);
      return;
    }
  }
}

/** Sees where nothing more can come before an end. */
class Behind {
  readonly #endMs: number;
  #isSorted: boolean;
  #lastMs = -Infinity;
  #count = 0;

  constructor(isSorted: boolean, endMs: number) {
    this.#isSorted = isSorted;
    this.#endMs = endMs;
  }

  /** Told of every request; after one out of order, never. */
  isOver(atMs: number): boolean {
    if (atMs < this.#lastMs) this.#isSorted = false;
    this.#lastMs = atMs;
    return this.#isSorted && atMs > this.#endMs && ++this.#count >= BEHIND;
  }
}

/** Of the earliest, where its time matters: in most files the first of all. */
async function firstMsOf(
  read: () => AsyncIterable<TraceEntry>,
  { file, selection, isSorted }: Required<Omit<Selecting, 'dropped'>>,
): Promise<number> {
  const { fromSec, untilSec } = selection;
  if (fromSec === undefined && untilSec === undefined) return 0;
  let firstMs = Infinity;
  let behind: Behind | undefined;
  for await (const { atMs } of read()) {
    if (atMs === undefined) continue;
    firstMs = Math.min(firstMs, atMs);
    behind ??= new Behind(isSorted, atMs - 1);
    if (behind.isOver(atMs)) break;
  }
  if (firstMs < Infinity) return firstMs;
  const field = fromSec === undefined ? 'untilSec' : 'fromSec';
  throw new UsageError(
    `conversation.trace.${field}${field === 'untilSec' ? ' (--until)' : ''}: found ${fromSec ?? untilSec}; expected none, as ${file} has no times`,
  );
}

/** Why an entry is left out, that came so long after the first. */
function reasonOf(
  entry: TraceEntry,
  { kind, model, skipFailures, fromSec = -Infinity, untilSec = Infinity }: Selection,
  sec: number,
): string | undefined {
  if (sec < fromSec) return `earlier than ${fromSec} s`;
  if (sec > untilSec) return `later than ${untilSec} s`;
  if (skipFailures && entry.isFailed) return 'failed when they were recorded';
  if (kind !== undefined && !entry.kind?.toLowerCase().startsWith(kind.toLowerCase())) {
    return `of kind ${entry.kind ?? 'unknown'}, not ${kind}`;
  }
  if (model !== undefined && entry.model !== model) {
    return `of model ${entry.model ?? 'unknown'}, not ${model}`;
  }
  return undefined;
}
