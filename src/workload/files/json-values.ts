import { UsageError } from '../../base/errors.ts';
import { parsedJson } from '../../base/json.ts';
import { notUtf8 } from '../../base/not-text.ts';
import { dataChunks } from './data-chunks.ts';
import { type Placed, Splitter } from './json-splitter.ts';

/** One value of a data file as its JSON bytes, not yet parsed. */
export interface JsonBytes {
  /** 0-based, among all values of the file. */
  readonly index: number;
  /** 1-based, where it begins. */
  readonly line: number;
  readonly bytes: Buffer;
}

/** Where a value is, for an error. */
export function placeOf({ index, line }: Pick<JsonBytes, 'index' | 'line'>): string {
  return `line ${line}, item ${index}`;
}

/**
 * The elements of a JSON array, or else the values of JSON lines, as bytes: outside of the heap, one
 * byte a character for most texts, and found without parsing (no byte within a UTF-8 character looks
 * like a bracket, a quote or a comma). A line that is broken costs no other line. A file that is one
 * object is one value, however it is laid out.
 * @param what the values are, for errors
 * @throws UsageError if the file cannot be read, is empty, is an array that breaks off or goes on behind its
 * end, or has a value that is not UTF-8 or has no end.
 */
export async function* jsonValues(file: string, what = 'conversations'): AsyncGenerator<JsonBytes> {
  for await (const values of jsonPieces(file, what)) {
    for (const value of values) yield value;
  }
}

/**
 * The same by the piece of the file that they end in, for those who read millions: waiting for each value takes longer
 * than to parse a short one. Each piece is to be read to its end before the next.
 */
export async function* jsonPieces(
  file: string,
  what = 'conversations',
): AsyncGenerator<Iterable<JsonBytes>> {
  const splitter = new Splitter(file);
  let index = 0;
  const numbered = ({ line, bytes }: Placed): JsonBytes => {
    const problem = notUtf8(bytes, line);
    if (problem) throw new UsageError(`${file}: ${problem}`);
    return { index: index++, line, bytes };
  };
  for await (const chunk of dataChunks(file)) yield mapped(splitter.values(chunk), numbered);
  const last = splitter.rest();
  if (last) yield [numbered(last)];
  if (splitter.isOpen) {
    throw new UsageError(
      `${file}: line ${splitter.line}: the JSON array breaks off after ${index} values; is the download complete?`,
    );
  }
  if (!index) throw new UsageError(`${file}: found no JSON value; expected ${what}`);
}

function* mapped<From, To>(all: Iterable<From>, to: (one: From) => To): Generator<To> {
  for (const one of all) yield to(one);
}

/** The first value of a file, for telling what it is; undefined if it is none of JSON. */
export async function firstValue(file: string): Promise<unknown> {
  try {
    for await (const { bytes } of jsonValues(file)) return parsedJson(bytes);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  return undefined;
}
