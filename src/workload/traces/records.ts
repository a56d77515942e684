import { UsageError } from '../../base/errors.ts';
import { found, parsedJson } from '../../base/json.ts';
import { type JsonBytes, jsonPieces, jsonValues, placeOf } from '../files/json-values.ts';
import { rawLine } from '../files/raw-json.ts';
import { type Row, rowOf } from './row.ts';
import { traceFiles } from './trace-files.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** An object of a JSON file, and where it is, for errors. */
export interface FileRecord {
  /** `file: line 3`. */
  readonly where: string;
  readonly value: Fields;
}

/**
 * The objects of JSON lines, of a JSON list, or of a file that is one object; of a folder, those of its files,
 * by their names.
 * @param parse default: whole numbers beyond 2^53 are their digits
 * @throws UsageError naming file and line of what is none.
 */
export async function* rowsIn(
  path: string,
  what: string,
  parse?: (text: string) => unknown,
): AsyncGenerator<Row> {
  for await (const rows of rowPieces(path, what, parse)) {
    for (const row of rows) yield row;
  }
}

/** The same by the piece of the file that they end in: see `jsonPieces`. */
export async function* rowPieces(
  path: string,
  what: string,
  parse?: (text: string) => unknown,
): AsyncGenerator<Iterable<Row>> {
  for (const file of traceFiles(path)) {
    const rows = new Rows(file, parse);
    for await (const items of jsonPieces(file, what)) yield rows.of(items);
  }
}

class Rows {
  readonly #file: string;
  readonly #parse: ((text: string) => unknown) | undefined;
  #lastLine = 0;

  constructor(file: string, parse: ((text: string) => unknown) | undefined) {
    this.#file = file;
    this.#parse = parse;
  }

  *of(items: Iterable<JsonBytes>): Generator<Row> {
    for (const item of items) {
      const { line, bytes } = item;
      // Where no other value begins in its line, that is enough.
      const place = line > this.#lastLine ? `line ${line}` : placeOf(item);
      this.#lastLine = line;
      yield rowOf(`${this.#file}: ${place}`, bytes.toString('utf8'), this.#parse);
    }
  }
}

/** Their texts, each on one line, as they are written. */
export async function* rawValues(path: string): AsyncGenerator<string> {
  for (const file of traceFiles(path)) {
    for await (const { bytes } of jsonValues(file)) yield rawLine(bytes.toString('utf8'));
  }
}

/** The same, whose numbers are numbers. */
export async function* recordsIn(
  path: string,
  what: string,
  parse: (text: string) => unknown = parsedJson,
): AsyncGenerator<FileRecord> {
  for await (const { where, fields } of rowsIn(path, what, parse)) yield { where, value: fields };
}

export function wrongField(
  { where }: Pick<FileRecord, 'where'>,
  field: string,
  value: unknown,
  expected: string,
): UsageError {
  return new UsageError(`${where}: ${field}: ${found(value)}; expected ${expected}`);
}

/** The first of these fields that says something, and its name. */
export function firstOf(value: Fields, names: readonly string[]): [string, unknown] | undefined {
  const name = names.find((one) => value[one] != null);
  return name === undefined ? undefined : [name, value[name]];
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
