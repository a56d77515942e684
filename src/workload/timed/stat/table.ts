import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../../../base/errors.ts';
import { found, shown } from '../../../base/json.ts';
import { readText } from '../../../base/read-text.ts';
import { timeMsOf } from './time.ts';

/** A CSV that a dashboard exported: a row a stretch of time, columns with names. */
export interface StatTable {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly StatRow[];
}

export interface StatRow {
  /** 1-based, of the file. */
  readonly line: number;
  /** undefined: the table has no column of times. */
  readonly atMs: number | undefined;
  readonly cells: readonly string[];
}

/** @throws UsageError naming file, line and column. */
export function readStatTable(file: string): StatTable {
  const lines: { cells: string[]; line: number }[] = [];
  try {
    parse(readText(file, { what: 'CSV of statistics' }), {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
      onRecord: (cells: string[], { lines: line }: { lines: number }) => {
        lines.push({ cells, line });
        return undefined;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  const [head, ...rest] = lines;
  if (!head) throw new UsageError(`${file}: it is empty; expected a CSV with a line of columns`);
  const columns = head.cells;
  if (!rest.length) throw new UsageError(`${file}: found no row below ${shown(columns.join(','))}`);
  const timeAt = columns.findIndex((name) => name.toLowerCase() === 'time');
  const rows = rest.map(({ cells, line }) => {
    if (cells.length !== columns.length) {
      throw new UsageError(
        `${file}: line ${line}: found ${cells.length} cells; expected ${columns.length}, as in line 1`,
      );
    }
    return { line, cells, atMs: timeAt < 0 ? undefined : timeOf(file, line, cells[timeAt]!) };
  });
  checkOrder(file, rows);
  return { file, columns, rows };
}

/**
 * The number in a cell of at least 0; what has none, as dashboards write it, is 0.
 * @throws UsageError naming file, line and column.
 */
export function numberIn({ file, columns }: StatTable, { line, cells }: StatRow, at: number) {
  const cell = cells[at]!;
  if (cell === '' || cell.toLowerCase() === 'undefined') return 0;
  const value = Number(cell);
  if (value >= 0 && value < Infinity) return value;
  throw new UsageError(
    `${file}: line ${line}: ${columns[at]}: ${found(cell)}; expected a number of at least 0`,
  );
}

function timeOf(file: string, line: number, cell: string): number {
  const ms = timeMsOf(cell);
  if (ms !== undefined) return ms;
  throw new UsageError(
    `${file}: line ${line}: Time: ${found(cell)}; expected 2024-10-1 00:00:00, with T and Z or without, or milliseconds since 1970`,
  );
}

function checkOrder(file: string, rows: readonly StatRow[]): void {
  for (const [index, { line, atMs }] of rows.entries()) {
    const before = rows[index - 1]?.atMs;
    if (atMs === undefined || before === undefined || atMs > before) continue;
    throw new UsageError(
      `${file}: line ${line}: Time: found one that is not after the line before; expected rows in the order of time`,
    );
  }
}
