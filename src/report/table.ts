import { type Distribution, isBounded } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import type { Table } from './section.ts';

/** One row of a percentile table. */
export interface DistributionRow {
  /** With its unit. */
  readonly label: string;
  readonly values: Distribution | undefined;
  /** Whole numbers are printed as such. */
  readonly isCount?: boolean;
  /** How deep it lies below the row before it; absent: 0. */
  readonly level?: number;
}

/** What one can do without, the least needed first: a page of 80 columns has room for six beside the count. */
const LEAST_NEEDED_FIRST: readonly StatisticName[] = [
  'p9999',
  'p25',
  'p75',
  'p999',
  'min',
  'std',
  'p90',
  'max',
  'p95',
];

/** Statistics that need more values than this have a column only if a row has them. */
const FEW = 2;

/** One row a row: the count and these statistics, by default all of them. */
export function distributionTable(
  rows: readonly DistributionRow[],
  statistics: readonly StatisticName[] = STATISTIC_NAMES,
): Table {
  const columns = statistics.filter(
    (name) =>
      STATISTICS[name].countMin <= FEW || rows.some(({ values }) => values?.[name] !== undefined),
  );
  return {
    columns: [
      { title: '' },
      { title: 'count', format: 'count' },
      ...columns.map((name) => ({ title: STATISTICS[name].label, ...detailOf(name) })),
    ],
    rows: rows.map(({ label, values, isCount = false, level = 0 }) => {
      const few = columns.flatMap((name, index) => (isTooFew(values, name) ? [2 + index] : []));
      return {
        cells: [label, values?.count ?? 0, ...columns.map((name) => values?.[name])],
        format: isCount ? 'amount' : 'measure',
        ...(level > 0 && { level }),
        ...(few.length > 0 && { tooFew: few }),
      };
    }),
  };
}

function detailOf(name: StatisticName): { detail?: number } {
  const place = LEAST_NEEDED_FIRST.indexOf(name);
  return place < 0 ? {} : { detail: LEAST_NEEDED_FIRST.length - place };
}

/** Whether values are too few to say where the true one ends; those that are all alike leave nothing to doubt. */
export function isTooFew(values: Distribution | undefined, name: StatisticName): boolean {
  return values !== undefined && !isBounded(values, name) && values.min < values.max;
}
