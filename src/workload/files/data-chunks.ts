import { createReadStream } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { notText } from '../../base/not-text.ts';
import { cannotRead, checkReadable } from '../../base/read-text.ts';
import { brokenGzip, isGzip, unzipped } from './gzip.ts';

export const DATA_FILE = { what: 'data file' };

/** Of one line, or one value: longer ones are a file of something else. */
export const PIECE_BYTES_MAX = 64 * 2 ** 20;

const CHUNK_BYTES = 2 ** 20;

/**
 * The bytes of a data file, piece by piece; of one that gzip compressed, what was compressed. It is read
 * again by whoever comes next, so it is no pipe.
 * @throws UsageError naming what it is, if that is no text.
 */
export async function* dataChunks(file: string): AsyncGenerator<Buffer> {
  checkReadable(file, DATA_FILE);
  let isFirst = true;
  try {
    const bytes = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    for await (const chunk of isGzip(file) ? unzipped(bytes, CHUNK_BYTES) : bytes) {
      if (isFirst) refuseNoText(file, chunk);
      isFirst = false;
      yield chunk;
    }
  } catch (error) {
    throw cannotRead(file, DATA_FILE, brokenGzip(error));
  }
}

/** @throws UsageError if a file that begins so is no text. */
export function refuseNoText(file: string, head: Buffer): void {
  const problem = notText(head);
  if (problem) throw new UsageError(`cannot read data file ${file}: ${problem}`);
}

export function tooLong(file: string, line: number, what: string): UsageError {
  return new UsageError(
    `${file}: line ${line}: found ${what} of more than ${PIECE_BYTES_MAX / 2 ** 20} MB; expected less`,
  );
}
