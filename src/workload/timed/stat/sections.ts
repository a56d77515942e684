import { median } from 'd3-array';
import { UsageError } from '../../../base/errors.ts';
import type { StatSection } from './stat.ts';
import type { StatRow, StatTable } from './table.ts';

/** The files of statistics: how many requests came, and how long they were. */
export interface StatFiles {
  readonly traffic: string;
  readonly promptLengths: string | undefined;
  readonly completionLengths: string | undefined;
}

/** A row of the traffic, and those of the other tables of the same time; undefined where there is no table. */
export interface JoinedRow {
  readonly row: StatRow;
  readonly others: readonly (StatRow | undefined)[];
}

/**
 * Rows of the same time, where all tables have one. A table without times goes by the number of the row.
 * @throws UsageError if tables have nothing in common, or a table without times has another number of rows.
 */
export function joinedRows(
  traffic: StatTable,
  tables: readonly (StatTable | undefined)[],
): JoinedRow[] {
  const finders = tables.map((table) => table && finderOf(table, traffic));
  const joined = traffic.rows
    .map((row, index) => ({ row, others: finders.map((find) => find?.(row, index)) }))
    .filter(({ others }) => others.every((other, i) => other || !tables[i]));
  if (joined.length) return joined;
  const files = tables.flatMap((table) => (table ? [table.file] : []));
  throw new UsageError(
    `${traffic.file}: found no time that ${files.join(' and ')} ${files.length > 1 ? 'have' : 'has'} too`,
  );
}

function finderOf(table: StatTable, traffic: StatTable) {
  const hasTimes = table.rows[0]!.atMs !== undefined && traffic.rows[0]!.atMs !== undefined;
  if (!hasTimes) {
    if (table.rows.length !== traffic.rows.length) {
      throw new UsageError(
        `${table.file}: found ${table.rows.length} rows; expected ${traffic.rows.length}, as in ${traffic.file}: without times they go by their number`,
      );
    }
    return (_row: StatRow, index: number) => table.rows[index];
  }
  const byTime = new Map(table.rows.map((row) => [row.atMs, row]));
  return (row: StatRow) => byTime.get(row.atMs);
}

/** What a table's rows stand for where nothing says when they were. */
const UNTIMED_SECTION_MS = 60_000;

/** A section lasts until the next begins, and the last as long as most do. */
export function sectionsOf(
  rows: readonly JoinedRow[],
  make: (row: JoinedRow) => Omit<StatSection, 'lengthMs'>,
): StatSection[] {
  const times = rows.map(({ row }) => row.atMs ?? 0);
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const isTimed = rows[0]!.row.atMs !== undefined;
  const usualMs = (isTimed ? median(gaps) : undefined) ?? UNTIMED_SECTION_MS;
  return rows.map((row, i) => ({
    lengthMs: isTimed ? (gaps[i] ?? usualMs) : usualMs,
    ...make(row),
  }));
}
