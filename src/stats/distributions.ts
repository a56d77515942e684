import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import { POPULATIONS, type RequestMetric } from './metric.ts';
import { METRICS, REQUEST_METRICS, type RequestMetricName } from './metrics.ts';
import { type Distribution, sampledOfEach } from './quantile.ts';

/** A distribution without values is absent. */
export type DistributionSet = Readonly<Partial<Record<RequestMetricName, Distribution>>>;

/** The values of metrics of requests, by default of every one. A failure has no latency to compare with: see `POPULATIONS`. */
export class Distributions {
  readonly #columns;

  constructor(names: readonly RequestMetricName[] = REQUEST_METRICS) {
    this.#columns = names.map((name) => {
      const metric: RequestMetric = METRICS[name];
      return { name, of: metric.of, has: POPULATIONS[metric.over].has, column: new Column() };
    });
  }

  /** @param without metrics that are left out of it */
  add(record: TurnRecord, without?: ReadonlySet<RequestMetricName>): void {
    for (const { name, has, of, column } of this.#columns) {
      if (without?.has(name) || !has(record)) continue;
      const value = of(record);
      if (typeof value === 'object') column.addAll(value);
      else column.add(value);
    }
  }

  /** Those that both have. */
  merge(other: Distributions): void {
    const columns = new Map(other.#columns.map(({ name, column }) => [name, column]));
    for (const { name, column } of this.#columns) {
      const more = columns.get(name);
      if (more) column.merge(more);
    }
  }

  close(): DistributionSet {
    return sampledOfEach(this.#columns);
  }
}
