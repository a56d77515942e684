/** How often each length came: exact statistics, in memory that grows with the different lengths alone. */
export class LengthCounts {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #sum = 0;

  add(length: number): void {
    this.#counts.set(length, (this.#counts.get(length) ?? 0) + 1);
    this.#count++;
    this.#sum += length;
  }

  /** undefined if nothing was counted. Percentiles are interpolated linearly, as numpy has them. */
  summary(): LengthSummary | undefined {
    if (!this.#count) return undefined;
    const lengths = [...this.#counts.keys()].sort((a, b) => a - b);
    return {
      count: this.#count,
      sum: this.#sum,
      mean: this.#sum / this.#count,
      min: lengths[0]!,
      p50: this.#quantile(lengths, 0.5),
      p90: this.#quantile(lengths, 0.9),
      p99: this.#quantile(lengths, 0.99),
      max: lengths.at(-1)!,
    };
  }

  #quantile(lengths: readonly number[], share: number): number {
    const at = share * (this.#count - 1);
    const [low, high] = [Math.floor(at), Math.ceil(at)];
    const values: number[] = [];
    let before = 0;
    for (const length of lengths) {
      const until = before + this.#counts.get(length)!;
      for (const rank of [low, high]) if (rank >= before && rank < until) values.push(length);
      before = until;
      if (before > high) break;
    }
    const [a, b] = [Math.min(...values), Math.max(...values)];
    return a + (b - a) * (at - low);
  }
}

export interface LengthSummary {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}
