/** A bin is 2 % wide: a quantile is off by 1 % at most. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);

/** Counts positive values by their logarithm: a fold whose size does not grow with them, and that can be merged. */
export class LogHistogram {
  readonly #bins = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number | undefined): void {
    if (value === undefined) return;
    const bin = Math.floor(Math.log(Math.max(value, 1e-3)) / LOG_RATIO);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1);
    this.#count++;
  }

  merge(other: LogHistogram): void {
    for (const [bin, count] of other.#bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
    this.#count += other.#count;
  }

  /** undefined: there is no value. `share` is 0 to 1. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = share * (this.#count - 1);
    for (const bin of [...this.#bins.keys()].sort((a, b) => a - b)) {
      left -= this.#bins.get(bin)!;
      if (left < 0) return RATIO ** (bin + 0.5);
    }
    return undefined;
  }
}
