import type { Column } from './column.ts';

/**
 * The statistics of one row of the report, in the unit of the row. Percentiles are exact: linear
 * interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
 */
export interface Distribution {
  readonly count: number;
  readonly mean: number;
  /** Of the sample (divided by count - 1); absent for a single value. */
  readonly std?: number;
  readonly min: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  /** 99.9 %, from 1,000 values on. */
  readonly p999?: number;
  /** 99.99 %, from 10,000 values on. */
  readonly p9999?: number;
  readonly max: number;
}

/** Fewer values say nothing about a quantile this high: one of them would decide it. */
const P999_COUNT_MIN = 1000;
const P9999_COUNT_MIN = 10_000;

/** undefined if the column is empty. Depends on the values alone, not on the order they came in. */
export function distributionOf(column: Column): Distribution | undefined {
  if (column.count === 0) return undefined;
  const values = column.sorted();
  const { mean, std } = moments(values);
  const count = values.length;
  return {
    count,
    mean,
    ...(std !== undefined && { std }),
    min: values[0]!,
    p25: quantile(values, 0.25),
    p50: quantile(values, 0.5),
    p75: quantile(values, 0.75),
    p90: quantile(values, 0.9),
    p95: quantile(values, 0.95),
    p99: quantile(values, 0.99),
    ...(count >= P999_COUNT_MIN && { p999: quantile(values, 0.999) }),
    ...(count >= P9999_COUNT_MIN && { p9999: quantile(values, 0.9999) }),
    max: values[count - 1]!,
  };
}

/** `sorted` must not be empty; `share` is 0 to 1. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position % 1);
}

/** Mean and sample standard deviation, in two passes, so that a small spread of large values is kept. */
export function moments(values: Float64Array): { mean: number; std: number | undefined } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  if (values.length < 2) return { mean, std: undefined };
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}
