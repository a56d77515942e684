/** A bin is 2 % wide: a quantile is off by 1 % at most. */
const RATIO = 1.02;
const LOG_RATIO = Math.log(RATIO);

/** Counts positive values by their logarithm: a fold whose size does not grow with them, and that can be merged. */
export class LogHistogram {
  readonly #bins = new Map<number, number>();
  #count = 0;
  /** By share, of what is there: most stretches of a run change no more, and are asked every second. */
  readonly #quantiles = new Map<number, number>();

  get count(): number {
    return this.#count;
  }

  add(value: number | undefined): void {
    if (value === undefined) return;
    const bin = Math.floor(Math.log(Math.max(value, 1e-3)) / LOG_RATIO);
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1);
    this.#count++;
    this.#quantiles.clear();
  }

  merge(other: LogHistogram): void {
    for (const [bin, count] of other.#bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
    this.#count += other.#count;
    this.#quantiles.clear();
  }

  /** undefined: there is no value. `share` is 0 to 1. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const known = this.#quantiles.get(share);
    if (known !== undefined) return known;
    const found = this.#found(share);
    this.#quantiles.set(share, found);
    return found;
  }

  #found(share: number): number {
    let left = share * (this.#count - 1);
    const bins = [...this.#bins.keys()].sort((a, b) => a - b);
    const bin = bins.find((each) => (left -= this.#bins.get(each)!) < 0);
    return RATIO ** (bin! + 0.5);
  }
}
