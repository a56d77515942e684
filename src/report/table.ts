import Table from 'cli-table3';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { amount, measure, UNKNOWN } from './number.ts';

/** One line of a percentile table. */
export interface DistributionRow {
  /** With its unit. */
  readonly label: string;
  readonly values: Distribution | undefined;
  /** Whole numbers are printed as such. */
  readonly isCount?: boolean;
}

/** Statistics that need more values than this have a column only if a row has them. */
const FEW = 2;

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

/** One line a row: the count and these statistics, by default all of them. */
export function distributionTable(
  rows: readonly DistributionRow[],
  statistics: readonly StatisticName[] = STATISTIC_NAMES,
): string {
  const columns = statistics.filter(
    (name) =>
      STATISTICS[name].countMin <= FEW || rows.some(({ values }) => values?.[name] !== undefined),
  );
  return plainTable(
    ['', 'count', ...columns.map((name) => STATISTICS[name].label)],
    rows.map(({ label, values, isCount }) => {
      const shown = isCount ? amount : measure;
      return [
        label,
        String(values?.count ?? 0),
        ...columns.map((name) => (values ? shown(values[name]) : UNKNOWN)),
      ];
    }),
  );
}
