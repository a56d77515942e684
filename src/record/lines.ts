import { closeSync, openSync, readSync } from 'node:fs';
import { cannotRead } from '../base/read-text.ts';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 10;

/**
 * The lines of a file of any size, without their ends.
 * @throws UsageError if it cannot be read, which says `what` it is.
 */
export function* readLines(path: string, what: string): Generator<string> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw cannotRead(path, { what }, error);
  }
  try {
    yield* linesOf(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same of an open file, from its beginning, or of its first `bytesMax`. */
export function* linesOf(descriptor: number, bytesMax = Infinity): Generator<string> {
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    // Not to be had of a pipe.
    const from = bytesMax === Infinity ? null : position;
    const wanted = Math.min(CHUNK_BYTES, bytesMax - position);
    const count = wanted > 0 ? readSync(descriptor, chunk, 0, wanted, from) : 0;
    if (count === 0) break;
    position += count;
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length) yield rest.toString('utf8');
}
