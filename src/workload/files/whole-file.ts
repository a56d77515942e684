import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync, realpathSync, statSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorText, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { type Unfinished, unfinishedFile } from '../../base/unfinished.ts';

/**
 * Writes a file piece by piece, and makes its folder; it appears whole or not at all, and so does the folder, also
 * if making a piece fails or a signal ends the process.
 * @throws UsageError if it cannot be written.
 */
export async function writeWhole(
  output: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  let temporary = output;
  let half: Unfinished | undefined;
  try {
    const old = statSync(output, { throwIfNoEntry: false });
    const isPlain = !old || old.isFile();
    // A link stays one; a pipe or /dev/stdout is written as it is.
    const target = old?.isFile() ? realpathSync(output) : output;
    if (isPlain) {
      temporary = `${target}.${randomUUID()}`;
      half = unfinishedFile(temporary, makeFolder(dirname(target)));
    }
    await written(temporary, pieces, old?.mode);
    if (isPlain) await rename(temporary, target);
    half?.keep();
  } catch (error) {
    half?.remove();
    throw isSystemError(error) ? cannotWrite(output, error, temporary) : error;
  }
}

async function written(
  path: string,
  pieces: AsyncIterable<string> | Iterable<string>,
  mode: number | undefined,
): Promise<void> {
  const stream = createWriteStream(path, { mode });
  try {
    await pipeline(pieces, stream);
  } catch (error) {
    // It may still be about to make the file.
    if (!stream.closed) await once(stream, 'close');
    throw error;
  }
}

/** What the system says, by the name that is known: not the one that the file has meanwhile. */
export function cannotWrite(output: string, error: unknown, temporary: string): UsageError {
  return new UsageError(
    `cannot write ${output}: ${errorText(error).replaceAll(temporary, output)}`,
  );
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
