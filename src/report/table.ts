import Table from 'cli-table3';
import type { Distribution } from '../stats/quantile.ts';
import { amount, measure, UNKNOWN } from './number.ts';

/** One line of a percentile table. */
export interface DistributionRow {
  /** With its unit. */
  readonly label: string;
  readonly values: Distribution | undefined;
  /** Whole numbers are printed as such. */
  readonly isCount?: boolean;
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

const PLAIN = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: ' ',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: ' ',
  },
  style: { head: [], border: [], compact: true, 'padding-left': 1, 'padding-right': 0 },
};

/** Plain columns, the first left and the others right, without lines or colours: for the eye, `grep` and `awk`. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    ...PLAIN,
    head: [...head],
    colAligns: head.map((_, index) => (index === 0 ? 'left' : 'right')),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** One line a row: count, mean, sample std, min, percentiles, max. */
export function distributionTable(rows: readonly DistributionRow[]): string {
  const columns = COLUMNS.filter(
    ([, field]) => !OPTIONAL.has(field) || rows.some(({ values }) => values?.[field] !== undefined),
  );
  return plainTable(
    ['', 'count', ...columns.map(([title]) => title)],
    rows.map(({ label, values, isCount }) => {
      const shown = isCount ? amount : measure;
      return [
        label,
        String(values?.count ?? 0),
        ...columns.map(([, field]) => (values ? shown(values[field]) : UNKNOWN)),
      ];
    }),
  );
}
