import type { TraceEntry } from '../workload/traces/format.ts';
import { inOrder } from '../workload/traces/order.ts';

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
  readonly #lastMs = new Map<string, number>();
  #atMs = -Infinity;
  #turn = 0;

  isNext({ session, turn = 0, atMs }: TraceEntry): boolean {
    const known = atMs ?? (session === undefined ? undefined : this.#lastMs.get(session)) ?? 0;
    if (session !== undefined) this.#lastMs.set(session, known);
    if (known < this.#atMs || (known === this.#atMs && turn < this.#turn)) return false;
    this.#atMs = known;
    this.#turn = turn;
    return true;
  }
}
