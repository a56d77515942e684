import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { cannotRead } from '../../base/read-text.ts';

const TRACE_FILE = /\.jsonl?(\.gz)?$/i;

/**
 * The files of a trace: the file itself, or those of a folder that end in .json or .jsonl, or that and .gz, by name.
 * @throws UsageError for a folder without any, or one that cannot be read.
 */
export function traceFiles(path: string): [string, ...string[]] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw cannotRead(path, { what: 'trace' }, error);
  }
  const files = names.filter((name) => TRACE_FILE.test(name) && !name.startsWith('.'));
  const [first, ...others] = files.sort().map((name) => join(path, name));
  if (first === undefined) {
    throw new UsageError(`${path}: a folder without .json or .jsonl files; expected a trace`);
  }
  return [first, ...others];
}
