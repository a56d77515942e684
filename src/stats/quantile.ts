import type { Column } from './column.ts';
import { STATISTICS, type StatisticName, type SureStatisticName } from './statistics.ts';

/**
 * The statistics of one row of the report, in the unit of the row. Percentiles are exact: linear
 * interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
 */
export interface Distribution
  extends Readonly<Record<SureStatisticName, number>>,
    Readonly<Partial<Record<Exclude<StatisticName, SureStatisticName>, number>>> {
  readonly count: number;
}

/** undefined if the column is empty. Depends on the values alone, not on the order they came in. */
export function distributionOf(column: Column): Distribution | undefined {
  if (column.count === 0) return undefined;
  const values = column.sorted();
  const computed = moments(values);
  const distribution: Record<string, number> = { count: values.length };
  for (const [name, statistic] of Object.entries(STATISTICS)) {
    if (values.length < statistic.countMin) continue;
    distribution[name] =
      'share' in statistic
        ? quantile(values, statistic.share)
        : computed[name as keyof typeof computed]!;
  }
  return distribution as unknown as Distribution;
}

/** A distribution for each column that is not empty, in their order. */
export function distributionsOf<Name extends string>(
  columns: readonly { readonly name: Name; readonly column: Column }[],
): Partial<Record<Name, Distribution>> {
  const distributions: Partial<Record<Name, Distribution>> = {};
  for (const { name, column } of columns) {
    const distribution = distributionOf(column);
    if (distribution) distributions[name] = distribution;
  }
  return distributions;
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
