import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../base/errors.ts';
import { cannotRead } from '../base/read-text.ts';

const CHUNK_BYTES = 1 << 20;
/** A record of a million chunks has less. */
const LINE_BYTES_MAX = 64 << 20;
const NEWLINE = 10;

/**
 * The lines of a file of any size, without their ends.
 * @throws UsageError if it cannot be read, or a line is longer than any that a run writes.
 */
export function* readLines(path: string, what: string): Generator<Buffer> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, { what }, error);
  }
  try {
    yield* linesOf(descriptor, { path, what });
  } finally {
    closeSync(descriptor);
  }
}

interface Opened {
  /** What it is called, which may be nothing any more. */
  readonly path: string;
  readonly what: string;
  /** Only so much of it, from its beginning; a pipe can only be read to its end. */
  readonly bytesMax?: number;
}

/** The same of a file that is open. */
export function* linesOf(descriptor: number, opened: Opened): Generator<Buffer> {
  const { path, what } = opened;
  let position = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const bytes = chunk.subarray(0, read(descriptor, chunk, position, opened));
    if (bytes.length === 0) break;
    position += bytes.length;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield begun.length
        ? Buffer.concat([...begun, bytes.subarray(start, end)])
        : bytes.subarray(start, end);
      begun = [];
      begunBytes = 0;
      start = end + 1;
    }
    begun.push(bytes.subarray(start));
    begunBytes += bytes.length - start;
    if (begunBytes > LINE_BYTES_MAX) {
      throw new UsageError(`${path}: a line of more than 64 MB; expected a ${what} of confab`);
    }
  }
  if (begunBytes) yield Buffer.concat(begun);
}

function read(descriptor: number, chunk: Buffer, position: number, opened: Opened): number {
  const { path, what, bytesMax } = opened;
  try {
    if (bytesMax === undefined) return readSync(descriptor, chunk);
    const count = Math.min(chunk.length, bytesMax - position);
    return count > 0 ? readSync(descriptor, chunk, 0, count, position) : 0;
  } catch (error) {
    throw cannotRead(path, { what }, error);
  }
}
