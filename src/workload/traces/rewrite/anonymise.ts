import type { HashId, TraceEntry } from '../format.ts';
import { formatNamed, TRACE_FORMATS } from '../formats/formats.ts';
import { type ConvertedTrace, fitted, notesOf } from './convert.ts';
import { type OpenedTrace, openTraceFile, type Reading } from './open-trace.ts';
import { onlyParts, PART_NAMES, type PartName } from './parts.ts';
import { savePieces } from './save.ts';
import { type Counting, openCounting } from './text-blocks.ts';
import { mapped, type TraceSurvey, traceIn, traceOf } from './trace.ts';
import { canWrite, WRITTEN_FORMATS, writerOf } from './writers.ts';

export interface AnonymiseOptions {
  readonly input: string;
  readonly output: string;
  readonly reading: Reading;
  /** Name of the format to write; default: the input's, else the first that has a place for what is left. */
  readonly to?: string | undefined;
  /** Of the blocks that are written; default: as in the input, or of texts as the format has them. */
  readonly blockTokens?: number | undefined;
  /** What texts are counted by. */
  readonly tokenizer: string;
  readonly drop: readonly PartName[];
}

/**
 * Writes lengths, times and what inputs share, and nothing else: hash ids and sessions are numbered in the
 * order in which they come, texts become counts and ids, times count from the first request, and there are
 * no models, kinds or answers.
 */
export async function anonymiseTrace(
  options: AnonymiseOptions,
): Promise<ConvertedTrace & { readonly to: string }> {
  const { input, output } = options;
  const opened = await openTraceFile(input, options.reading);
  const { facts } = opened;
  const bare = await traceIn(opened, stripped);
  const texts = bare.survey.parts.of('texts');
  const to = options.to ?? formatFor(opened.format.name, bare.survey);
  const writer = writerOf(to);
  const blockTokens = options.blockTokens ?? formatNamed(to, TRACE_FORMATS).blockTokens ?? 16;
  const trace = texts
    ? traceOf(await counted(opened, await openCounting(options.tokenizer, blockTokens)), {
        ...facts,
        blockTokens,
      })
    : bare;
  const written = fitted(input, trace, to, writer, options.drop, options.blockTokens);
  const entries = mapped(written.entries, numbering());
  await savePieces(input, output, writer.pieces(entries, written.blockTokens ?? 1));
  const { requests, sessions } = trace.survey;
  return {
    from: opened.format.name,
    to,
    requests,
    sessions,
    blockTokens: written.blockTokens,
    notes: notesOf(trace, to, writer, written.blockTokens),
  };
}

/** With the lengths of answers, which are texts too. */
async function counted(opened: OpenedTrace, counting: Counting): Promise<TraceEntry[]> {
  const entries: TraceEntry[] = [];
  const trace = await traceIn(opened, (entry) => entry);
  for await (const entry of trace.each()) entries.push(stripped(counting.counted(entry)));
  return entries;
}

/** All that is told of a request; of texts only while they are still to be counted. */
const KEPT: readonly PartName[] = [
  'times',
  'sessions',
  'sub-agents',
  'thinks',
  'api-times',
  'outputs',
  'inputs',
  'blocks',
  'deltas',
];

function stripped(entry: TraceEntry): TraceEntry {
  return onlyParts(entry, entry.messages ? [...KEPT, 'texts'] : KEPT);
}

/** The input's own if it can be written; texts will be counts. */
function formatFor(own: string, { parts, requests }: TraceSurvey): string {
  const texts = parts.of('texts');
  const countOf = (name: PartName): number => {
    if (name === 'inputs') return requests;
    if (name === 'texts' || name === 'other-fields') return 0;
    return parts.of(name) + (name === 'blocks' ? texts : 0);
  };
  const candidates = [own, ...WRITTEN_FORMATS].filter(canWrite);
  const holdsAll = (name: string) => {
    const { holds, needs } = writerOf(name);
    return (
      PART_NAMES.every((part) => holds.includes(part) || !countOf(part)) &&
      needs.every((part) => countOf(part) === requests)
    );
  };
  return candidates.find(holdsAll) ?? candidates[0]!;
}

/** Ids, sessions and times that say no more than which are the same, and how far apart they are. */
function numbering(): (entry: TraceEntry) => TraceEntry {
  const ids = new Map<HashId, number>();
  const idOf = (id: HashId): number => {
    const known = ids.get(id);
    if (known === undefined) ids.set(id, ids.size);
    return known ?? ids.size - 1;
  };
  const sessions = new Map<string, string>();
  const sessionOf = (name: string, parent?: string): string => {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const number = String(sessions.size + 1);
    const made = parent === undefined ? number : `${sessionOf(parent)}/${number}`;
    sessions.set(name, made);
    return made;
  };
  // They are in the order of their times.
  let firstMs: number | undefined;
  return (entry) => {
    const { session, parent, hashIds, atMs } = entry;
    firstMs ??= atMs;
    return {
      ...entry,
      ...(atMs !== undefined && { atMs: atMs - firstMs! }),
      ...(session !== undefined && { session: sessionOf(session, parent?.session) }),
      ...(parent && { parent: { ...parent, session: sessionOf(parent.session) } }),
      ...(hashIds && { hashIds: hashIds.map(idOf) }),
    } as TraceEntry;
  };
}
