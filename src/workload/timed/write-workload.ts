import { writeWhole } from '../files/whole-file.ts';
import type { WorkloadEntry } from './entry.ts';

/** jsonl: an entry a line. json: one array of them, indented. */
export type WorkloadForm = 'jsonl' | 'json';

/** The file is written in pieces of about this size. */
const WRITE_CHARS = 1 << 18;
const INDENT = 4;

/**
 * Writes entries one after the other as they come; the file appears whole or not at all.
 * @throws UsageError if it cannot be written; whatever making an entry throws.
 */
export function writeWorkload(
  file: string,
  entries: AsyncIterable<WorkloadEntry>,
  form: WorkloadForm,
): Promise<void> {
  return writeWhole(file, inPieces(form === 'json' ? elements(entries) : lines(entries)));
}

async function* lines(entries: AsyncIterable<WorkloadEntry>): AsyncGenerator<string> {
  for await (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

async function* elements(entries: AsyncIterable<WorkloadEntry>): AsyncGenerator<string> {
  const margin = `\n${' '.repeat(INDENT)}`;
  let before = '[';
  for await (const entry of entries) {
    yield `${before}${margin}${JSON.stringify(entry, null, INDENT).replaceAll('\n', margin)}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let pending = '';
  for await (const text of texts) {
    pending += text;
    if (pending.length < WRITE_CHARS) continue;
    yield pending;
    pending = '';
  }
  if (pending) yield pending;
}
