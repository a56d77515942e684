import { UsageError } from '../../base/errors.ts';
import { found, isCount } from '../../base/json.ts';
import { type CsvRow, columnsOf, csvRows, headerOf } from '../files/csv.ts';

/** Columns that every file of a format has, and columns that some have: in any order, others between them. */
export interface Columns<Name extends string> {
  readonly needed: readonly Name[];
  readonly optional: readonly Name[];
}

/** A row below the header, read by the names of its columns. */
export interface TableRow<Name extends string> extends CsvRow {
  readonly file: string;
  readonly place: Readonly<Record<Name, number>>;
}

/** Whether a file that begins so has these columns. */
export function hasColumns<Name extends string>(head: string, { needed }: Columns<Name>): boolean {
  return Object.values<number>(columnsOf(headerOf(head), needed)).every((at) => at >= 0);
}

/**
 * The rows below the header, as many at a time as were read.
 * @throws UsageError for a header that lacks a column, and for a row with more or fewer cells than that.
 */
export async function* tableRows<Name extends string>(
  file: string,
  columns: Columns<Name>,
): AsyncGenerator<Iterable<TableRow<Name>>> {
  const table: { header?: CsvRow; place?: Record<Name, number> } = {};
  for await (const rows of csvRows(file)) yield below(rows);

  function* below(rows: Iterable<CsvRow>): Generator<TableRow<Name>> {
    for (const row of rows) {
      const { header, place } = table;
      if (!header || !place) {
        table.header = row;
        table.place = placesOf(file, row, columns);
        continue;
      }
      const { line, cells } = row;
      if (cells.length === header.cells.length) yield { file, line, cells, place };
      else {
        throw new UsageError(
          `${file}: line ${line}: found ${cells.length} cells; expected ${header.cells.length}: ${header.cells.join(', ')}`,
        );
      }
    }
  }
}

function placesOf<Name extends string>(
  file: string,
  { line, cells }: CsvRow,
  { needed, optional }: Columns<Name>,
): Record<Name, number> {
  const place = columnsOf(cells, [...needed, ...optional]);
  const missing = needed.filter((name) => place[name] < 0);
  if (!missing.length) return place;
  throw new UsageError(
    `${file}: line ${line}: found the columns ${columnsText(cells)}; expected ${missing.join(', ')} as well`,
  );
}

/** What stands where a header should may be a whole document. */
const HEADER_CHARS = 200;

function columnsText(cells: readonly string[]): string {
  const text = cells.join(', ');
  return text.length > HEADER_CHARS ? `${text.slice(0, HEADER_CHARS)}…` : text;
}

/** undefined: the file has no such column. */
export function textIn<Name extends string>(row: TableRow<Name>, name: Name): string | undefined {
  return row.cells[row.place[name]];
}

/** A count of tokens, also where a table has it as 21.0. */
export function tokensIn<Name extends string>(row: TableRow<Name>, name: Name): number {
  const tokens = numberOf(textIn(row, name));
  if (!isCount(tokens)) throw wrongCell(row, name, 'tokens >= 0');
  return tokens;
}

/** As it is written, in seconds or whatever else. */
export function timeIn<Name extends string>(row: TableRow<Name>, name: Name): number {
  const time = numberOf(textIn(row, name));
  if (!(time >= 0 && time < Infinity)) throw wrongCell(row, name, 'seconds >= 0');
  return time;
}

function numberOf(cell: string | undefined): number {
  return cell ? Number(cell) : Number.NaN;
}

export function wrongCell<Name extends string>(
  row: TableRow<Name>,
  name: Name,
  expected: string,
): UsageError {
  const { file, line } = row;
  return new UsageError(
    `${file}: line ${line}: ${name}: ${found(textIn(row, name))}; expected ${expected}`,
  );
}
