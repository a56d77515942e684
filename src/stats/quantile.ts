import type { Column } from './column.ts';
import { moments, quantile } from './exact.ts';
import { type Certainty, certaintyOf, isClosed } from './intervals/certainty.ts';
import { STATISTICS, type StatisticName, type SureStatisticName } from './statistics.ts';

/**
 * The statistics of one row of the report, in the unit of the row. Percentiles are exact: linear
 * interpolation between order statistics (type 7 of Hyndman and Fan 1996, numpy's default).
 */
export interface Distribution
  extends Readonly<Record<SureStatisticName, number>>,
    Readonly<Partial<Record<Exclude<StatisticName, SureStatisticName>, number>>> {
  readonly count: number;
  /** Of what was measured, and not of what was planned. */
  readonly certainty?: Certainty;
}

/** Whether its values say where a statistic ends, below and above; or nobody asked. */
export function isBounded({ certainty }: Distribution, name: StatisticName): boolean {
  const { interval95 = {}, tooFew = [] } = certainty ?? {};
  const interval = interval95[name];
  return !tooFew.includes(name) && (!interval || isClosed(interval));
}

/** undefined if the column is empty. Depends on the values alone, not on the order they came in. */
export function distributionOf(column: Column): Distribution | undefined {
  return column.count === 0 ? undefined : statisticsOf(column.sorted());
}

/** With its certainty, for which the order in which the values came is that of time. */
export function sampledOf(column: Column): Distribution | undefined {
  if (column.count === 0) return undefined;
  const sorted = column.sorted();
  const statistics = statisticsOf(sorted);
  return { ...statistics, certainty: certaintyOf(column.values(), sorted, statistics) };
}

function statisticsOf(values: Float64Array): Distribution {
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

/** What was measured: a distribution for each column that is not empty, in their order. */
export function sampledOfEach<Name extends string>(
  columns: readonly { readonly name: Name; readonly column: Column }[],
): Partial<Record<Name, Distribution>> {
  const distributions: Partial<Record<Name, Distribution>> = {};
  for (const { name, column } of columns) {
    const distribution = sampledOf(column);
    if (distribution) distributions[name] = distribution;
  }
  return distributions;
}
