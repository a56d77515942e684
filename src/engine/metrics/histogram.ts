import type { Distribution } from './family.ts';
import type { Registry } from './registry.ts';

/** What a histogram is called, and where its buckets end; `+Inf` is added. */
export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
}

/** A histogram that every token can be counted in: an observation makes nothing. Its labels are the registry's. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** Of each bucket alone; the last is above all bounds. */
  readonly #counts: Float64Array;
  readonly #options: HistogramOptions;
  #sum = 0;
  #bucket = 0;

  constructor(options: HistogramOptions) {
    const { buckets } = options;
    this.#options = options;
    this.#bounds = Float64Array.from(buckets);
    this.#counts = new Float64Array(buckets.length + 1);
  }

  /** Puts it on a page, below what is there. `beforeReading` is called at every scrape. */
  expose(registry: Registry, beforeReading?: () => void): this {
    const { name, help } = this.#options;
    const read = () => {
      beforeReading?.();
      return [{ labels: {}, value: this.value }];
    };
    registry.add({ name, help, type: 'histogram', read });
    return this;
  }

  /** So many values alike. Looks from where the last one was: the next is seldom far from it. */
  observe(value: number, count = 1): void {
    const bounds = this.#bounds;
    let bucket = this.#bucket;
    while (bucket > 0 && value <= bounds[bucket - 1]!) bucket--;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.#bucket = bucket;
    this.#counts[bucket]! += count;
    this.#sum += count * value;
  }

  /** Buckets are cumulative in the exposition format. */
  get value(): Distribution {
    let count = 0;
    const buckets = Array.from(this.#counts, (own, index): [number, number] => {
      count += own;
      return [this.#bounds[index] ?? Infinity, count];
    });
    return { buckets, count, sum: this.#sum };
  }
}
