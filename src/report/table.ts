import type { Distribution } from '../stats/quantile.ts';
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

/** Columns after the count, in order. Those that few samples cannot support are shown if any row has them. */
const COLUMNS = [
  ['mean', 'mean'],
  ['std', 'std'],
  ['min', 'min'],
  ['25%', 'p25'],
  ['50%', 'p50'],
  ['75%', 'p75'],
  ['90%', 'p90'],
  ['99%', 'p99'],
  ['99.9%', 'p999'],
  ['99.99%', 'p9999'],
  ['max', 'max'],
] as const satisfies readonly (readonly [string, keyof Distribution])[];

const OPTIONAL: ReadonlySet<keyof Distribution> = new Set(['p999', 'p9999']);

/** One row a row: count, mean, sample std, min, percentiles, max. */
export function distributionTable(rows: readonly DistributionRow[]): Table {
  const columns = COLUMNS.filter(
    ([, field]) => !OPTIONAL.has(field) || rows.some(({ values }) => values?.[field] !== undefined),
  );
  return {
    columns: [
      { title: '' },
      { title: 'count', format: 'count' },
      ...columns.map(([title]) => ({ title })),
    ],
    rows: rows.map(({ label, values, isCount = false, level = 0 }) => ({
      cells: [label, values?.count ?? 0, ...columns.map(([, field]) => values?.[field])],
      format: isCount ? 'amount' : 'measure',
      ...(level > 0 && { level }),
    })),
  };
}
