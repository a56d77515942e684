import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './folders.ts';

/** The collection of data that lies beside the repository; a checkout alone does not have it. */
const SHARED = join(ROOT, '../shared');

export function sharedFile(path: string): string {
  return join(SHARED, path);
}

/** Why tests that need these files have to be skipped: for `skipIf` and `titled`. */
export function absent(...files: readonly string[]): string | undefined {
  const missing = [
    ...(files.some((file) => file.startsWith(SHARED)) ? [SHARED] : []),
    ...files,
  ].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `${relative(ROOT, missing)} is absent`;
}

/** The title of a test or of a group; one that is skipped says why, for the closing summary to count. */
export function titled(title: string, whySkipped: string | undefined): string {
  return whySkipped === undefined ? title : `${title} (skipped: ${whySkipped})`;
}

/** The reason in the whole name of a skipped test; none if it was not asked for at the command line. */
export function whySkipped(name: string): string | undefined {
  return /\(skipped: (.*?)\)/.exec(name)?.[1];
}
