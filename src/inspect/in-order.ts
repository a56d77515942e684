import type { TraceEntry } from '../workload/traces/format.ts';

/** What is made of entries, one after the other. */
export interface Fold {
  add(entry: TraceEntry): void;
}

export interface Folded<F extends Fold> {
  readonly fold: F;
  /** Whether the file has its requests in the order of time. */
  readonly isInOrder: boolean;
}

/**
 * Folds the entries in the order in which they are played: as they come if that is it, and only else, from the
 * beginning again, with all of them in memory.
 */
export async function foldInOrder<F extends Fold>(
  read: () => AsyncIterable<TraceEntry>,
  begin: () => F,
): Promise<Folded<F>> {
  const fold = begin();
  let before: TraceEntry | undefined;
  for await (const entry of read()) {
    if (before && compareEntries(before, entry) > 0) {
      return { fold: await foldSorted(read, begin), isInOrder: false };
    }
    fold.add(entry);
    before = entry;
  }
  return { fold, isInOrder: true };
}

async function foldSorted<F extends Fold>(
  read: () => AsyncIterable<TraceEntry>,
  begin: () => F,
): Promise<F> {
  const entries: TraceEntry[] = [];
  for await (const entry of read()) entries.push(entry);
  const fold = begin();
  for (const entry of entries.sort(compareEntries)) fold.add(entry);
  return fold;
}

/** By time; those of one time, or of none, by their turn, else as they are in the file (workload/traces/replay.ts). */
function compareEntries(a: TraceEntry, b: TraceEntry): number {
  return (a.atMs ?? 0) - (b.atMs ?? 0) || (a.turn ?? 0) - (b.turn ?? 0);
}
