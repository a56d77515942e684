import { closeSync, openSync, readSync } from 'node:fs';
import { isObject, parsedJson } from '../../base/json.ts';
import { cannotRead, checkReadable } from '../../base/read-text.ts';
import { DATA_FILE, refuseNoText } from './data-chunks.ts';

/** Enough to tell what a file is: many lines of most, and the first of any that was seen. */
const HEAD_BYTES = 64 * 1024;

/**
 * The beginning of a text file, without byte order mark and blanks before the data; its last line may be cut.
 * @throws UsageError if the file cannot be read, or is no text.
 */
export function headOf(file: string): string {
  checkReadable(file, DATA_FILE);
  const head = Buffer.alloc(HEAD_BYTES);
  let bytes: number;
  try {
    const handle = openSync(file, 'r');
    bytes = readSync(handle, head);
    closeSync(handle);
  } catch (error) {
    throw cannotRead(file, DATA_FILE, error);
  }
  refuseNoText(file, head.subarray(0, bytes));
  // trimStart also takes a byte order mark away.
  return head.toString('utf8', 0, bytes).trimStart();
}

/** What a file turned out to be, for an error: how it begins, or that it is empty. */
export function begins(head: string, characters: number): string {
  const [line] = head.split('\n', 1) as [string];
  return line ? `it begins with ${JSON.stringify(line.slice(0, characters))}` : 'it is empty';
}

/** The object of the first line, where that is whole and JSON; else one without fields. */
export function firstObject(head: string): object {
  const [line] = head.split('\n', 1) as [string];
  const value = parsedJson(line);
  return isObject(value) ? value : {};
}
