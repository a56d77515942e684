/** What a value is counted from. */
export type Since = 'before' | 'start' | 'last' | 'page';

/**
 * What a counter has risen by, over all its series: by Prometheus' rule for `increase`. A value below the one
 * before is that of a server that was started again, and has counted up from 0: what the earlier one had counted
 * after its last page is in no number. A series that comes later began at 0.
 */
export class Counter {
  #total = 0;
  readonly #by = new Map<string, number>();
  readonly #last = new Map<string, number>();

  /**
   * @param by what the series is kept apart as.
   * @param from `last`: as the page before told it. `page`: the value is what came since that page. `start`: the
   * server began anew. `before`: it is the first page, and what was counted until then is not of the run.
   */
  add(series: string, by: string, value: number, from: Since): void {
    const more = this.#more(series, value, from);
    this.#last.set(series, value);
    this.#total += more;
    this.#by.set(by, (this.#by.get(by) ?? 0) + more);
  }

  /** Whether the value says that the server began anew. */
  isBelowLast(series: string, value: number): boolean {
    return value < (this.#last.get(series) ?? 0);
  }

  get total(): number {
    return this.#total;
  }

  get by(): ReadonlyMap<string, number> {
    return this.#by;
  }

  #more(series: string, value: number, from: Since): number {
    if (from === 'before') return 0;
    if (from === 'start' || from === 'page') return value;
    const last = this.#last.get(series) ?? 0;
    return value >= last ? value - last : value;
  }
}
