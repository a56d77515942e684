import type { Scenario } from '../../scenario/schema.ts';
import type { TraceEntry, TraceFormat } from './format.ts';
import { TRACE_FORMATS } from './formats/formats.ts';
import { readerOf } from './read-trace.ts';

/** What a trace can be played by, as far as its first requests show. */
export interface TraceGlance {
  /** When each request was asked. */
  readonly hasTimes: boolean;
  /** When each conversation began that no turn of another one did; its later turns may have pauses alone. */
  readonly hasStarts: boolean;
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
  const isTimed = ({ atMs }: TraceEntry) => atMs !== undefined;
  return {
    hasTimes: entries.length > 0 && entries.every(isTimed),
    hasStarts: entries.length > 0 && starts(entries).every(isTimed),
    hasPauses: entries.some(({ thinkMs }) => thinkMs !== undefined),
    hasAnswers: entries.some(({ answer }) => answer !== undefined),
  };
}

function starts(entries: readonly TraceEntry[]): TraceEntry[] {
  const begun = new Set<string>();
  return entries.filter(({ session, parent }) => {
    if (session === undefined) return true;
    const isFirst = !begun.has(session);
    begun.add(session);
    return isFirst && !parent;
  });
}
