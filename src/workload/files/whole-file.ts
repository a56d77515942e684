import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, realpathSync, statSync } from 'node:fs';
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
  const old = statSync(output, { throwIfNoEntry: false });
  // A link stays one; a pipe or /dev/stdout is written as it is.
  const target = old?.isFile() ? realpathSync(output) : output;
  const temporary = old && !old.isFile() ? target : `${target}.${randomUUID()}`;
  try {
    await pipeline(pieces, createWriteStream(temporary, { mode: old?.mode }));
    if (temporary !== target) await rename(temporary, target);
  } catch (error) {
    if (temporary !== target) await rm(temporary, { force: true });
    throw isSystemError(error)
      ? new UsageError(`cannot write ${output}: ${errorText(error).replaceAll(temporary, output)}`)
      : error;
  }
}

/** @throws UsageError if what is read would be written over. An input that there is not is undefined. */
export function refuseInput(output: string, ...inputs: readonly (string | undefined)[]): void {
  if (inputs.some((input) => input !== undefined && isSameFile(input, output))) {
    throw new UsageError(`${output} is the input itself; expected another file`);
  }
}

export function isSameFile(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
