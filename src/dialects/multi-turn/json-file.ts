import { dirname } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { writeWhole } from '../../base/write-whole.ts';

/** The file is written in pieces of about this size. */
const WRITE_CHARS = 1 << 18;

/**
 * Writes a JSON array as Python's json.dump with an indent does, folder included, one item at a time:
 * the whole text is never in memory.
 * @throws UsageError if the file cannot be written.
 */
export function writeJsonArray(path: string, items: Iterable<object>, indent: number): void {
  try {
    makeFolder(dirname(path));
    writeWhole(path, pieces(items, indent));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${errorText(error)}`);
  }
}

function* pieces(items: Iterable<object>, indent: number): Generator<string> {
  const margin = `\n${' '.repeat(indent)}`;
  let pending = '[';
  let isFirst = true;
  for (const item of items) {
    pending += `${isFirst ? '' : ','}${margin}`;
    pending += JSON.stringify(item, null, indent).replaceAll('\n', margin);
    isFirst = false;
    if (pending.length < WRITE_CHARS) continue;
    yield pending;
    pending = '';
  }
  yield `${pending}${isFirst ? '' : '\n'}]`;
}
