import { UsageError } from '../../base/errors.ts';
import { notUtf8 } from '../../base/not-text.ts';
import { dataChunks, PIECE_BYTES_MAX, tooLong } from './data-chunks.ts';

/** A row of a CSV file that has something in it. */
export interface CsvRow {
  /** 1-based, where it begins, as editors count. */
  readonly line: number;
  /** Without the blanks around them. They are pieces of a larger text: copy what is kept (see `kept`). */
  readonly cells: readonly string[];
}

const NEWLINE = 0x0a;

/**
 * The rows of a file of comma-separated values (RFC 4180: quotes, doubled quotes, line breaks in quotes; CRLF
 * or LF), header and all. They come as many at a time as were read, each made when it is asked for: a row is
 * worth much less than a promise.
 * @throws UsageError if the file cannot be read, is no text in UTF-8, or has a row without end.
 */
export async function* csvRows(file: string): AsyncGenerator<Iterable<CsvRow>> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  const place = start();
  for await (const chunk of dataChunks(file)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield rowsOf(textOf(file, place.line, [...rest, chunk.subarray(0, end)]), place);
      rest = [];
      restBytes = 0;
    }
    rest.push(chunk.subarray(end));
    restBytes += chunk.length - end;
    if (restBytes + place.openChars > PIECE_BYTES_MAX) {
      throw tooLong(file, place.open.length ? place.openLine : place.line, 'a row');
    }
  }
  yield rowsOf(textOf(file, place.line, rest), place);
  if (place.open.length) {
    throw new UsageError(
      `${file}: line ${place.openLine}: found a quote that is not closed; expected '"' at the end of the cell`,
    );
  }
}

function textOf(file: string, line: number, pieces: readonly Buffer[]): string {
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  const problem = notUtf8(bytes, line);
  if (problem) throw new UsageError(`${file}: ${problem}`);
  const text = bytes.toString('utf8');
  return line === 1 ? text.replace(/^\ufeff/, '') : text;
}

/** Where the reading is. */
interface Place {
  line: number;
  /** The lines of a row with a quote that is not closed yet. */
  open: string[];
  openChars: number;
  openLine: number;
}

function start(): Place {
  return { line: 1, open: [], openChars: 0, openLine: 1 };
}

function* rowsOf(text: string, place: Place): Generator<CsvRow> {
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(from, end);
    const number = place.line++;
    from = end + 1;
    if (!place.open.length && !line.includes('"')) {
      if (line.trim()) yield { line: number, cells: line.split(',').map(trimmed) };
      continue;
    }
    if (!place.open.length) place.openLine = number;
    // A quote in quotes is doubled: where they are an odd number, one is open.
    const isEven = line.split('"').length % 2 === 1;
    const isClosed = isEven === !place.open.length;
    place.open.push(line);
    place.openChars += line.length;
    if (!isClosed) continue;
    yield { line: place.openLine, cells: quotedCells(place.open.join('\n')) };
    place.open = [];
    place.openChars = 0;
  }
}

function trimmed(cell: string): string {
  return cell.trim();
}

const CELL = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/y;

function quotedCells(row: string): string[] {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  for (;;) {
    const [, quoted, plain, end] = CELL.exec(row)!;
    cells.push(quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return cells;
  }
}

/** Where the columns of these names are, in any order, upper and lower case alike; what is not there is -1. */
export function columnsOf<Name extends string>(
  header: readonly string[],
  names: readonly Name[],
): Record<Name, number> {
  const there = header.map((name) => name.toLowerCase());
  const places = names.map((name) => [name, there.indexOf(name.toLowerCase())]);
  return Object.fromEntries(places) as Record<Name, number>;
}

/** The cells of the first row of a head. */
export function headerOf(head: string): readonly string[] {
  const [row] = rowsOf(head.split('\n', 1)[0]!, start());
  return row?.cells ?? [];
}

/** A text of its own: a piece of a larger one would keep all of that in memory. */
export function kept(cell: string): string {
  return Buffer.from(cell).toString();
}
