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

interface Told {
  readonly path: string;
  readonly what: string;
}

/** The same of an open file, from its beginning, or of its first `bytesMax`. */
export function* linesOf(descriptor: number, told: Told, bytesMax = Infinity): Generator<Buffer> {
  let position = 0;
  let begun: Buffer[] = [];
  let begunBytes = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    // Not to be had of a pipe.
    const from = bytesMax === Infinity ? null : position;
    const wanted = Math.min(CHUNK_BYTES, bytesMax - position);
    const bytes = chunk.subarray(0, wanted > 0 ? read(descriptor, chunk, wanted, from, told) : 0);
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
      throw new UsageError(
        `${told.path}: a line of more than 64 MB; expected a ${told.what} of confab`,
      );
    }
  }
  if (begunBytes) yield Buffer.concat(begun);
}

function read(
  descriptor: number,
  chunk: Buffer,
  bytes: number,
  from: number | null,
  { path, what }: Told,
): number {
  try {
    return readSync(descriptor, chunk, 0, bytes, from);
  } catch (error) {
    throw cannotRead(path, { what }, error);
  }
}
