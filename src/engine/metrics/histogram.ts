import type { Histogram as PromHistogram, Registry } from 'prom-client';

/** What a histogram is called, and where its buckets end; `+Inf` is added. */
export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly buckets: readonly number[];
}

/**
 * A histogram that every token can be counted in: prom-client's own makes objects and a hash for each
 * observation. Its labels are the registry's.
 */
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
    const get = async () => {
      beforeReading?.();
      return { name, help, type: 'histogram', aggregator: 'sum', values: this.#values(name) };
    };
    // The registry asks a metric for its values and for nothing else.
    registry.registerMetric({ name, help, get } as unknown as PromHistogram);
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
  #values(name: string) {
    let count = 0;
    const buckets = Array.from(this.#counts, (own, index) => {
      count += own;
      const le = this.#bounds[index] ?? '+Inf';
      return { metricName: `${name}_bucket`, labels: { le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
  }
}
