import { Column } from '../stats/column.ts';
import { distributionOf } from '../stats/quantile.ts';
import { tableText } from './render/table.ts';
import { distributionTable } from './table.ts';

/** A table of the statistics of each column, one line a column, as pandas' `describe().T` has it. */
export function describeColumns(columns: Readonly<Record<string, readonly number[]>>): string {
  const table = distributionTable(
    Object.entries(columns).map(([label, values]) => {
      const column = new Column();
      for (const value of values) column.add(value);
      return { label, values: distributionOf(column), isCount: true };
    }),
  );
  return tableText(table);
}
