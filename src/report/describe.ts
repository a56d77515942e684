import { Column } from '../stats/column.ts';
import { distributionOf } from '../stats/quantile.ts';
import { STATISTIC_NAMES } from '../stats/statistics.ts';
import { tableText } from './render/table.ts';
import { distributionTable } from './table.ts';

/** The tools whose tables these are do not print 95 %. */
const PRINTED = STATISTIC_NAMES.filter((name) => name !== 'p95');

/**
 * A table of the statistics of each column, one line a column, as pandas' `describe().T` has it; in lines of at
 * most `width` columns, of which there are two for each where one has no room for all.
 */
export function describeColumns(
  columns: Readonly<Record<string, readonly number[]>>,
  width?: number,
): string {
  const table = distributionTable(
    Object.entries(columns).map(([label, values]) => {
      const column = new Column();
      for (const value of values) column.add(value);
      return { label, values: distributionOf(column), isCount: true };
    }),
    PRINTED,
  );
  const whole = table.columns.map(({ detail: _, ...column }) => column);
  return tableText({ ...table, columns: whole }, width);
}
