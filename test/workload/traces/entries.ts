import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadOptions, TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';
import { formatOf, TRACE_FORMATS } from '../../../src/workload/traces/formats/formats.ts';

/** All that a format finds in a file. */
export async function entriesOf(
  file: string,
  format?: TraceFormat,
  options: Partial<ReadOptions> = {},
): Promise<TraceEntry[]> {
  const known = format ?? (await formatOf(file, 'auto', TRACE_FORMATS));
  const entries: TraceEntry[] = [];
  for await (const entry of known.read(file, { blockTokens: 1, ...options })) entries.push(entry);
  return entries;
}

/** Name of the format that a file's content fits. */
export async function recognised(file: string): Promise<string> {
  return (await formatOf(file, 'auto', TRACE_FORMATS)).name;
}

/** Writes into a folder files named by what is in them. */
export function writer(dir: string): (name: string, text: string | Buffer) => string {
  return (name, text) => {
    const file = join(dir, name);
    writeFileSync(file, text);
    return file;
  };
}
