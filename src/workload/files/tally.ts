/** How many items were left out for one reason, and which was the first. */
export interface Dropped {
  readonly reason: string;
  /** Infinity: all others. */
  readonly count: number;
  readonly first: string;
}

/** Counts of what was left out, by reason, in order of appearance. */
export class Tally {
  readonly #dropped = new Map<string, Dropped>();

  add(reason: string, which: string, count = 1): void {
    const known = this.#dropped.get(reason) ?? { reason, count: 0, first: which };
    this.#dropped.set(reason, { ...known, count: known.count + count });
  }

  get dropped(): Dropped[] {
    return [...this.#dropped.values()];
  }
}

/** One line a reason. */
export function droppedLines(dropped: readonly Dropped[]): string[] {
  return dropped.map(
    ({ reason, count, first }) =>
      `${count === Infinity ? 'all others' : count} left out: ${reason} (first: ${first})`,
  );
}
