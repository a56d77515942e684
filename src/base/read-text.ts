import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { errorText, UsageError } from './errors.ts';
import { notText, notUtf8 } from './not-text.ts';

/** What a file is to its reader, and the setting that named it, where one did. */
export interface Wanted {
  /** As in "cannot read scenario x": scenario, journal, data file. */
  readonly what: string;
  /** Path of a scenario's field, as `conversation.textFile`. */
  readonly field?: string | undefined;
  /** Default: 64 MB. */
  readonly maxBytes?: number;
}

const MB = 2 ** 20;
const MAX_BYTES = 64 * MB;
/** For what is large by nature and has to be in memory whole; Node's longest string is twice as long. */
export const LARGE_BYTES = 256 * MB;

const CHUNK_BYTES = MB;

/**
 * A text file in UTF-8, read whole, without its byte order mark. It may be a pipe.
 * @throws UsageError naming field, what it is, file and reason.
 */
export function readText(file: string, wanted: Wanted): string {
  const bytes = readBytes(file, wanted);
  const problem = notText(bytes) ?? notUtf8(bytes);
  if (problem) throw unfit(file, wanted, problem);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

/** The error of a file that cannot be read, for those who read it otherwise than whole. */
export function cannotRead(file: string, wanted: Wanted, error: unknown): UsageError {
  // What is said of a file by one reader is not said again by the next.
  return error instanceof UsageError ? error : unfit(file, wanted, errorText(error));
}

/**
 * That a file can be read from its beginning to its end, and more than once.
 * @throws UsageError for what is a folder, a device, or a pipe.
 */
export function checkReadable(file: string, wanted: Wanted): void {
  let problem: string | undefined;
  try {
    problem = notFile(statSync(file));
  } catch (error) {
    throw cannotRead(file, wanted, error);
  }
  if (problem) throw unfit(file, wanted, `${problem}; expected a file`);
}

function notFile(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'it is a folder';
  if (!stats.isFIFO()) return 'it is a device or a socket, which may have no end';
  return 'it is a pipe, which can be read only once: write it to a file first';
}

/** The bytes of a file of bounded size; of a pipe or a device as well, as far as it has an end. */
export function readBytes(file: string, wanted: Wanted): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    return bytesOf(descriptor, wanted.maxBytes ?? MAX_BYTES);
  } catch (error) {
    throw cannotRead(file, wanted, error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Sizes are not believed: files of /proc say 0, and a pipe has none. */
function bytesOf(descriptor: number, maxBytes: number): Buffer {
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) throw new Error('it is a folder; expected a file');
  if (stats.size > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  for (let bytes = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks, bytes);
    chunks.push(chunk.subarray(0, count));
    bytes += count;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
  }
}

function tooLarge(maxBytes: number): Error {
  return new Error(`it has more than ${maxBytes / MB} MB; expected less`);
}

function unfit(file: string, { what, field }: Wanted, reason: string): UsageError {
  const where = field === undefined ? '' : `${field}: `;
  return new UsageError(`${where}cannot read ${what} ${file}: ${reason}`);
}
