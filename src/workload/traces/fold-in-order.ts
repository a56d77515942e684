import type { TraceEntry } from './format.ts';
import { inOrder, PlayedTimes } from './order.ts';

/** What is made of entries, one after the other. */
export interface Fold {
  add(entry: TraceEntry): void;
}

export interface Folded<F extends Fold> {
  readonly fold: F;
  /** Whether the file has its requests in the order in which they are played. */
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
  const order = new Order();
  for await (const entry of read()) {
    if (!order.isNext(entry)) return { fold: await foldSorted(read, begin()), isInOrder: false };
    fold.add(entry);
  }
  return { fold, isInOrder: true };
}

async function foldSorted<F extends Fold>(
  read: () => AsyncIterable<TraceEntry>,
  fold: F,
): Promise<F> {
  const entries: TraceEntry[] = [];
  for await (const entry of read()) entries.push(entry);
  for (const entry of inOrder(entries)) fold.add(entry);
  return fold;
}

/** Whether entries come as `inOrder` would have them. */
class Order {
  readonly #times = new PlayedTimes();
  #atMs = -Infinity;
  #turn = 0;

  isNext(entry: TraceEntry): boolean {
    const { turn = 0 } = entry;
    const known = this.#times.of(entry) ?? 0;
    if (known < this.#atMs || (known === this.#atMs && turn < this.#turn)) return false;
    this.#atMs = known;
    this.#turn = turn;
    return true;
  }
}
