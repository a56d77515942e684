import type { Distribution } from '../stats/quantile.ts';
import type { Point } from '../stats/sample.ts';
import { STATISTICS } from '../stats/statistics.ts';

const FIRST_SIZE = 1024;
const SHARES_MAX = 100;
/** Beyond it a number has a place of its own in a map: lengths are below. */
const TABLED_MAX = 2 ** 18;

/**
 * Whole numbers by how often each came: exact statistics of any number of them, in the room of the greatest. A
 * column would take 8 bytes for every one.
 */
export class WholeNumbers {
  #counts = new Float64Array(FIRST_SIZE);
  readonly #beyond = new Map<number, number>();
  #count = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** undefined is unknown, and is left out. */
  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#count++;
    this.#sum += value;
    if (value >= TABLED_MAX) {
      this.#beyond.set(value, (this.#beyond.get(value) ?? 0) + 1);
      return;
    }
    if (value >= this.#counts.length) this.#grow(value + 1);
    this.#counts[value]! += 1;
  }

  /** As `distributionOf` has it of the same numbers; undefined if there are none. */
  close(): Distribution | undefined {
    if (this.#count === 0) return undefined;
    const ranked = this.#ranked();
    const mean = this.#sum / this.#count;
    const computed = { mean, std: this.#std(ranked, mean) };
    const distribution: Record<string, number> = { count: this.#count };
    for (const [name, statistic] of Object.entries(STATISTICS)) {
      if (this.#count < statistic.countMin) continue;
      distribution[name] =
        'share' in statistic
          ? this.#quantile(ranked, statistic.share)
          : computed[name as keyof typeof computed]!;
    }
    return distribution as unknown as Distribution;
  }

  /** Ascending values, and the share that is not above each; of many a hundred of them. */
  shares(): Point[] {
    const ranked = this.#ranked();
    const step = Math.max(1, Math.floor(ranked.length / SHARES_MAX));
    return ranked
      .filter((_, i) => i % step === 0 || i === ranked.length - 1)
      .map(({ value, upTo }) => [value, upTo / this.#count]);
  }

  /** Each value that came, ascending, with how many values are not above it. */
  #ranked(): { value: number; upTo: number }[] {
    const ranked: { value: number; upTo: number }[] = [];
    let upTo = 0;
    const add = (value: number, count: number) => ranked.push({ value, upTo: (upTo += count) });
    for (let value = 0; value < this.#counts.length; value++) {
      if (this.#counts[value]! > 0) add(value, this.#counts[value]!);
    }
    for (const [value, count] of [...this.#beyond].sort(([a], [b]) => a - b)) add(value, count);
    return ranked;
  }

  #std(ranked: readonly { value: number; upTo: number }[], mean: number): number | undefined {
    if (this.#count < 2) return undefined;
    let squares = 0;
    let before = 0;
    for (const { value, upTo } of ranked) {
      squares += (upTo - before) * (value - mean) ** 2;
      before = upTo;
    }
    return Math.sqrt(squares / (this.#count - 1));
  }

  /** Linear between order statistics, as stats/exact.ts has it. */
  #quantile(ranked: readonly { value: number; upTo: number }[], share: number): number {
    const position = (this.#count - 1) * share;
    const at = (place: number) => ranked.find(({ upTo }) => upTo > place)!.value;
    const below = at(Math.floor(position));
    return below + (at(Math.ceil(position)) - below) * (position % 1);
  }

  #grow(size: number): void {
    const counts = new Float64Array(Math.max(size, 2 * this.#counts.length));
    counts.set(this.#counts);
    this.#counts = counts;
  }
}
