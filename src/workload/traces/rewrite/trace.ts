import { UsageError } from '../../../base/errors.ts';
import { type Fold, foldInOrder } from '../fold-in-order.ts';
import type { TraceEntry, TraceFacts } from '../format.ts';
import { inOrder } from '../order.ts';
import { IdSurvey } from './block-ids.ts';
import type { OpenedTrace } from './open-trace.ts';
import { PartCounts } from './parts.ts';

/** A trace that can be gone through again, in the order in which it is played: in memory only where its file has another. */
export interface Trace {
  each(): AsyncIterable<TraceEntry> | Iterable<TraceEntry>;
  readonly facts: TraceFacts;
  readonly survey: TraceSurvey;
}

/** What is to be known of all of a trace before anything of it is written. */
export class TraceSurvey implements Fold {
  readonly parts: PartCounts;
  readonly ids = new IdSurvey();
  requests = 0;
  readonly #sessions = new Set<string>();
  readonly #children = new Set<string>();
  #alone = 0;

  constructor(facts: TraceFacts) {
    this.parts = new PartCounts(facts);
  }

  add(entry: TraceEntry): void {
    const { session, parent } = entry;
    this.requests++;
    this.parts.add(entry);
    this.ids.add(entry);
    if (session === undefined) this.#alone++;
    else this.#sessions.add(session);
    if (session !== undefined && parent) this.#children.add(session);
  }

  /** Conversations, of those without a session one each. */
  get sessions(): number {
    return this.#sessions.size + this.#alone;
  }

  /** Without those that others began. */
  get roots(): number {
    return this.sessions - this.#children.size;
  }
}

/**
 * Reads all of it once.
 * @param change of every request, where another trace is made of it; fields without a place are then none of it
 * @throws UsageError if there is nothing, or something wrong.
 */
export async function traceIn(
  { file, format, facts, options }: OpenedTrace,
  change?: (entry: TraceEntry) => TraceEntry,
): Promise<Trace> {
  let parts: PartCounts | undefined;
  const unread = (field: string) => parts?.addUnread(field);
  const read = () =>
    change ? mapped(format.read(file, options), change) : format.read(file, { ...options, unread });
  const { fold: survey, isInOrder } = await foldInOrder(read, () => {
    const begun = new TraceSurvey(facts);
    parts = begun.parts;
    return begun;
  });
  parts = undefined;
  if (!survey.requests) throw new UsageError(`${file}: found no request; expected ${format.says}`);
  return { each: isInOrder ? read : () => sorted(read), facts, survey };
}

/** The same of entries that are in memory, in the order in which they are played. */
export function traceOf(entries: readonly TraceEntry[], facts: TraceFacts): Trace {
  const survey = new TraceSurvey(facts);
  for (const entry of entries) survey.add(entry);
  return { each: () => entries, facts, survey };
}

async function* sorted(read: () => AsyncIterable<TraceEntry>): AsyncGenerator<TraceEntry> {
  const entries: TraceEntry[] = [];
  for await (const entry of read()) entries.push(entry);
  yield* inOrder(entries);
}

export async function* mapped(
  entries: AsyncIterable<TraceEntry> | Iterable<TraceEntry>,
  change: (entry: TraceEntry) => TraceEntry,
): AsyncGenerator<TraceEntry> {
  for await (const entry of entries) yield change(entry);
}
