import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../base/errors.ts';
import { didYouMean, nearest } from '../../base/suggest.ts';
import { say } from '../terminal/stderr.ts';

/** Where the scenarios are that come with confab: two folders above this file in `src` and in `dist`. */
export const SHIPPED_FOLDER = fileURLToPath(new URL('../../../configs', import.meta.url));

/** What is played where nothing is named. */
export const DEFAULT_NAME = 'default';

export interface Located {
  readonly file: string;
  /** Of a scenario that comes with confab. */
  readonly name?: string;
}

export function shippedNames(): string[] {
  return readdirSync(SHIPPED_FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort();
}

export function shipped(name: string): Located {
  return { file: join(SHIPPED_FOLDER, `${name}.yaml`), name };
}

/**
 * A data file of this path, or where there is none the one that comes with confab, as READMEs name it: what they
 * have can be typed in any folder. That is told.
 */
export function dataFile(given: string): string {
  return (existsSync(given) ? undefined : inPackage(given)) ?? given;
}

/** What the package has at `configs/…` or `corpora/…`; told where there is something. */
function inPackage(given: string): string | undefined {
  const path = normalize(given);
  if (!/^(configs|corpora)[/\\]/.test(path)) return undefined;
  const file = join(SHIPPED_FOLDER, '..', path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  say(`${given}: not in this folder; the one that comes with confab is read`);
  return file;
}

/**
 * The file that is meant: one of that path, else a scenario that comes with confab and is called so.
 * @throws UsageError for a name that is neither, with what may have been meant.
 */
export function located(given: string): Located {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return { file: given };
  const names = shippedNames();
  const name = basename(given).replace(/\.ya?ml$/, '');
  if (given === name && names.includes(name)) return shipped(name);
  if (stat) return { file: given };
  const theirs = stat ? undefined : inPackage(given);
  if (theirs !== undefined) return { file: theirs, name };
  if (names.includes(name)) {
    throw new UsageError(
      `cannot read scenario ${given}: there is no such file; '${name}' alone is the one that comes with confab`,
    );
  }
  // A path is for its reader to complain of.
  if (given !== name) return { file: given };
  throw new UsageError(
    `no scenario '${given}'${didYouMean(nearest(given, names))}: expected a file, or a name that \`confab scenarios\` lists`,
  );
}
