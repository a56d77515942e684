import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { parsedJson } from '../../base/json.ts';
import { cannotRead, checkReadable } from '../../base/read-text.ts';
import { DATA_FILE, refuseNoText } from './data-chunks.ts';
import { brokenGzip, isGzip, unzippedHead } from './gzip.ts';
import { type Placed, Splitter } from './json-splitter.ts';

/** Enough to tell what a file is: many lines of most, and the first of any that was seen. */
const HEAD_BYTES = 64 * 1024;

/**
 * The beginning of a text file, without byte order mark and blanks before the data; its last line may be cut.
 * @throws UsageError if the file cannot be read, or is no text.
 */
export function headOf(file: string): string {
  checkReadable(file, DATA_FILE);
  let head: Buffer;
  try {
    const handle = openSync(file, 'r');
    const bytes = Buffer.alloc(HEAD_BYTES);
    head = bytes.subarray(0, readSync(handle, bytes));
    closeSync(handle);
    if (isGzip(file)) head = unzippedHead(head).subarray(0, HEAD_BYTES);
  } catch (error) {
    throw cannotRead(file, DATA_FILE, brokenGzip(error));
  }
  refuseNoText(file, head);
  // trimStart also takes a byte order mark away.
  return head.toString('utf8').trimStart();
}

/** What a file turned out to be, for an error: how it begins, or that it is empty. */
export function begins(head: string, characters: number): string {
  const [line] = head.split('\n', 1) as [string];
  return line ? `it begins with ${JSON.stringify(line.slice(0, characters))}` : 'it is empty';
}

/**
 * The values of JSON lines, of a JSON list, or of a file that is one value, as far as the head has them whole;
 * undefined where it is no JSON.
 */
export function valuesAtHead(head: string): unknown[] {
  const splitter = new Splitter('head');
  const values: Placed[] = [];
  try {
    for (const value of splitter.values(Buffer.from(head))) values.push(value);
    const last = splitter.rest();
    // The last may be cut.
    if (last && (!values.length || parsedJson(last.bytes) !== undefined)) values.push(last);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
  return values.map(({ bytes }) => parsedJson(bytes));
}

/**
 * Names of the fields of the first object of JSON lines, of a JSON list, or of a file that is one object,
 * as far as the head has them: the object may be cut, and need not be JSON to its end.
 */
export function fieldsAtHead(head: string): ReadonlySet<string> {
  const names = new Set<string>();
  const start = /^\s*\[?\s*\{/.exec(head)?.[0].length;
  if (start === undefined) return names;
  let depth = 1;
  for (let at = start; at < head.length && depth > 0; at++) {
    const character = head[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = endOfString(head, at);
      const isName = depth === 1 && /^\s*:/.test(head.slice(end + 1, end + 1 + BLANKS_MAX));
      if (isName) names.add(head.slice(at + 1, end));
      at = end;
    }
  }
  return names;
}

/** Between a name and its colon. */
const BLANKS_MAX = 8;

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
