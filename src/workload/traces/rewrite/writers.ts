import { UsageError } from '../../../base/errors.ts';
import { bailianLines } from './bailian-lines.ts';
import { mooncakeLines } from './mooncake-lines.ts';
import { sessionLines } from './session-lines.ts';
import { timedLines } from './timed-lines.ts';
import type { TraceWriter } from './writer.ts';

/** By the names of the formats that are written so. */
const WRITERS: Readonly<Record<string, TraceWriter>> = {
  mooncake: mooncakeLines,
  'qwen-bailian': bailianLines,
  'kv-cache-tester': sessionLines,
  'timed-trace': timedLines,
};

export const WRITTEN_FORMATS = Object.keys(WRITERS);

export function canWrite(format: string): boolean {
  return Object.hasOwn(WRITERS, format);
}

/** @throws UsageError for a format that nothing writes. */
export function writerOf(format: string): TraceWriter {
  if (canWrite(format)) return WRITERS[format]!;
  throw new UsageError(`--to: found ${format}; expected ${WRITTEN_FORMATS.join(', ')}`);
}
