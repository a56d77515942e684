import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import type { ExportSetting } from '../scenario/output.ts';

/**
 * Looks before a run whether a file can be written at its end.
 * @throws UsageError if its folder is missing or closed, or something else is in its place.
 */
export function checkWritable(field: string, path: string): void {
  try {
    if (path === '') throw new Error('is empty');
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('is a folder');
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `${field}: found ${path || "''"}; expected a file in a folder that can be written: ${errorText(error)}`,
    );
  }
}

/** @throws UsageError for the first export of a scenario that could not be written. */
export function checkExports(exports: readonly ExportSetting[]): void {
  for (const [index, { file }] of exports.entries()) {
    if (file !== undefined) checkWritable(`output.exports.${index}.file`, file);
  }
}
