import { csvText } from '../../export/csv-text.ts';
import type { Ledger } from '../../ledger/explain.ts';
import { rowsOf } from '../../ledger/rows.ts';

/** A row for each measured request. */
export function ledgerCsv(ledger: Ledger): string {
  const rows = rowsOf(ledger);
  const names = Object.keys(rows[0] ?? {});
  return csvText([names, ...rows.map((row) => names.map((name) => row[name]))]);
}
