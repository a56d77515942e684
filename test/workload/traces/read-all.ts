import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadOptions, TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';
import { factsOf } from '../../../src/workload/traces/formats/formats.ts';

/** All entries, with the format's own block, or the file's, unless another is given. */
export async function readAll(
  format: TraceFormat,
  file: string,
  options: Partial<ReadOptions> = {},
): Promise<TraceEntry[]> {
  const { blockTokens = 1 } = await factsOf(format, file);
  const entries: TraceEntry[] = [];
  for await (const entry of format.read(file, { blockTokens, ...options })) entries.push(entry);
  return entries;
}

export function writeLines(dir: string, name: string, lines: readonly object[]): string {
  const file = join(dir, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}
