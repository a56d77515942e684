import type { Scenario } from '../../scenario/schema.ts';
import type { TraceEntry, TraceFormat } from './format.ts';
import { TRACE_FORMATS } from './formats.ts';
import { readerOf } from './read-trace.ts';

/** What a trace can be played by, as far as its first requests show. */
export interface TraceGlance {
  /** When each request was asked. */
  readonly hasTimes: boolean;
  /** How long somebody thought before it. */
  readonly hasPauses: boolean;
  readonly hasAnswers: boolean;
}

const LOOKED_AT = 1000;

/**
 * Looks at the first requests of a trace.
 * @throws UsageError if no format fits the file, or if one of them is wrong.
 */
export async function glanceAt(
  settings: NonNullable<Scenario['conversation']['trace']>,
  formats: readonly TraceFormat[] = TRACE_FORMATS,
): Promise<TraceGlance> {
  const { format, options } = await readerOf(settings, 0, formats);
  const entries: TraceEntry[] = [];
  for await (const entry of format.read(settings.file, options)) {
    entries.push(entry);
    if (entries.length >= LOOKED_AT) break;
  }
  return {
    hasTimes: entries.length > 0 && entries.every(({ atMs }) => atMs !== undefined),
    hasPauses: entries.some(({ thinkMs }) => thinkMs !== undefined),
    hasAnswers: entries.some(({ answer }) => answer !== undefined),
  };
}
