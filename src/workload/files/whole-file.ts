import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, realpathSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { errorText, UsageError } from '../../base/errors.ts';

/**
 * Writes a file piece by piece; it appears whole or not at all, also if making a piece fails.
 * @throws UsageError if it cannot be written.
 */
export async function writeWhole(
  output: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  const temporary = `${output}.${randomUUID()}`;
  try {
    await pipeline(pieces, createWriteStream(temporary));
    await rename(temporary, output);
  } catch (error) {
    await rm(temporary, { force: true });
    throw isSystemError(error)
      ? new UsageError(`cannot write ${output}: ${errorText(error)}`)
      : error;
  }
}

export function isSameFile(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
