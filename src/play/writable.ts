import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import { filesReadBy } from '../scenario/file-paths.ts';
import type { Scenario } from '../scenario/schema.ts';
import { isSameFile } from '../workload/files/whole-file.ts';

/**
 * Looks before a run whether a file can be written at its end.
 * @param read files that are not to be written over
 * @throws UsageError if its folder is missing or closed, or something else is in its place.
 */
export function checkWritable(field: string, path: string, read: readonly string[] = []): void {
  try {
    if (path === '') throw new Error('is empty');
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('is a folder');
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `${field}: found ${path || "''"}; expected a file in a folder that can be written: ${errorText(error)}`,
    );
  }
  if (read.some((file) => isSameFile(file, path))) {
    throw new UsageError(`${field}: found ${path}, which is read too; expected another file`);
  }
}

/** @throws UsageError for the first export of a scenario that could not be written. */
export function checkExports(scenario: Scenario): void {
  const read = filesReadBy(scenario);
  for (const [index, { file }] of scenario.output.exports.entries()) {
    if (file !== undefined) checkWritable(`output.exports.${index}.file`, file, read);
  }
}
