import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Tally } from '../files/tally.ts';
import type { TraceEntry } from './format.ts';

type Settings = NonNullable<Scenario['conversation']['trace']>;

/** Which requests of a trace are meant; what is undefined leaves none out. */
export type Selection = Partial<
  Pick<Settings, 'kind' | 'model' | 'skipFailures' | 'fromSec' | 'untilSec' | 'limit'>
>;

/** As the scenario has it; without what leaves nothing out. */
export function selectionOf(settings: Selection): Selection {
  const { kind, model, skipFailures, fromSec, untilSec, limit } = settings;
  const selection = { kind, model, skipFailures: skipFailures || undefined };
  const given = { ...selection, fromSec, untilSec, limit };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export interface Selecting {
  readonly file: string;
  readonly selection: Selection;
  /** Told what is left out, and why. */
  readonly dropped: Tally;
}

/**
 * The entries that are meant, in the same order, while they are read: the file is read no further than to
 * the last that `limit` lets through.
 * @throws UsageError for a part of its time that is asked of a trace without times.
 */
export async function* select(
  entries: AsyncIterable<TraceEntry>,
  { file, selection, dropped }: Selecting,
): AsyncGenerator<TraceEntry> {
  const { limit = Infinity } = selection;
  let firstMs: number | undefined;
  let index = 0;
  let count = 0;
  for await (const entry of entries) {
    index++;
    if (firstMs === undefined) firstMs = firstMsOf(entry, file, selection);
    const reason = reasonOf(entry, selection, firstMs);
    if (reason === undefined) {
      yield entry;
      if (++count >= limit) return;
    } else dropped.add(reason, `request ${index}`);
  }
}

/** Of the first entry of the file, where its time matters. */
function firstMsOf({ atMs }: TraceEntry, file: string, { fromSec, untilSec }: Selection): number {
  if (atMs === undefined && (fromSec ?? untilSec) !== undefined) {
    const field = fromSec === undefined ? 'untilSec' : 'fromSec';
    throw new UsageError(
      `conversation.trace.${field}: found ${fromSec ?? untilSec}; expected none, as ${file} has no times`,
    );
  }
  return atMs ?? 0;
}

/** Why an entry is left out. */
function reasonOf(
  entry: TraceEntry,
  { kind, model, skipFailures, fromSec = -Infinity, untilSec = Infinity }: Selection,
  firstMs: number,
): string | undefined {
  const sec = ((entry.atMs ?? firstMs) - firstMs) / 1000;
  if (sec < fromSec) return `earlier than ${fromSec} s`;
  if (sec > untilSec) return `later than ${untilSec} s`;
  if (skipFailures && entry.isFailed) return 'failed when they were recorded';
  if (kind !== undefined && !entry.kind?.toLowerCase().startsWith(kind.toLowerCase())) {
    return `of kind ${entry.kind ?? 'unknown'}, not ${kind}`;
  }
  if (model !== undefined && entry.model !== model) {
    return `of model ${entry.model ?? 'unknown'}, not ${model}`;
  }
  return undefined;
}
