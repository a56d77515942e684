import { getHeapStatistics } from 'node:v8';
import { UsageError } from '../../base/errors.ts';
import type { Tally } from '../files/tally.ts';
import type { TraceEntry } from './format.ts';

/** Requests of a trace that fewer play are kept all the same: most traces are shorter. */
const KEPT_MIN = 100_000;

/** An entry of counts, its place in its session and in the order of time, and what is made of it. */
const BYTES_PER_ENTRY = 640;

export interface Keeping {
  readonly file: string;
  /** How many conversations are played; undefined: all. */
  readonly users: number | undefined;
  /** Told what is left out, and why. */
  readonly dropped: Tally;
}

/**
 * The entries that are played, of a trace that may have more than memory: where each is a conversation of its
 * own, those that come first by their times. A session may go on to the end of the file, so that a trace with
 * any is kept whole.
 * @throws UsageError for more than memory has room for.
 */
export async function earliest(
  entries: AsyncIterable<TraceEntry>,
  { file, users, dropped }: Keeping,
): Promise<TraceEntry[]> {
  const most = Math.floor(getHeapStatistics().heap_size_limit / BYTES_PER_ENTRY);
  const wanted = Math.max(KEPT_MIN, users ?? Infinity);
  let kept: TraceEntry[] = [];
  let hasSessions = false;
  for await (const entry of entries) {
    kept.push(entry);
    hasSessions ||= entry.session !== undefined;
    if (!hasSessions && kept.length >= 2 * wanted) kept = firstOf(kept, wanted, dropped);
    if (kept.length > most) throw tooMany(file, most);
  }
  return kept;
}

/** Sorting is stable: of one time, those that come first in the file. */
function firstOf(entries: TraceEntry[], count: number, dropped: Tally): TraceEntry[] {
  entries.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const sec = ((entries[count]!.atMs ?? 0) - (entries[0]!.atMs ?? 0)) / 1000;
  dropped.add(LATER, `one ${sec.toFixed(1)} s after the first`, entries.length - count);
  return entries.slice(0, count);
}

const LATER = 'later than what population.users play';

function tooMany(file: string, most: number): UsageError {
  return new UsageError(
    `${file}: found more than ${most} requests, which is what memory has room for; expected a part of it: name one with conversation.trace.untilSec (--until) or limit, or with population.users where its requests have no sessions`,
  );
}
