import type { HashId, TraceEntry } from '../format.ts';
import { formatNamed, TRACE_FORMATS } from '../formats/formats.ts';
import { type ConvertedTrace, fitted, notesOf } from './convert.ts';
import { openTraceFile, type Reading, traceIn } from './open-trace.ts';
import { countOfPart, onlyParts, PART_NAMES, type PartName, type Trace } from './parts.ts';
import { savePieces } from './save.ts';
import { openCounting } from './text-blocks.ts';
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
  const { entries: read } = await traceIn(opened);
  const hasTexts = read.some(({ messages }) => messages);
  const bare = { entries: read.map(stripped), facts: opened.facts, unread: new Map() };
  const to = options.to ?? formatFor(opened.format.name, bare);
  const writer = writerOf(to);
  const blockTokens = options.blockTokens ?? formatNamed(to, TRACE_FORMATS).blockTokens ?? 16;
  const counting = hasTexts ? await openCounting(options.tokenizer, blockTokens) : undefined;
  const entries = numbered(read.map((entry) => stripped(counting?.counted(entry) ?? entry)));
  const facts = hasTexts ? { ...opened.facts, blockTokens } : opened.facts;
  const trace: Trace = { entries, facts, unread: new Map() };
  const written = fitted(input, trace, to, writer, options.drop, options.blockTokens);
  await savePieces(input, output, writer.pieces(written.entries, written.blockTokens ?? 1));
  return {
    from: opened.format.name,
    to,
    requests: entries.length,
    sessions: new Set(entries.map(({ session }, i) => session ?? i)).size,
    blockTokens: written.blockTokens,
    notes: notesOf(trace, to, writer, written.blockTokens),
  };
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
function formatFor(own: string, { entries, facts, unread }: Trace): string {
  const counts = entries.map(({ messages, ...rest }) =>
    messages ? { ...rest, inputTokens: 1, hashIds: [] } : { ...rest, inputTokens: 1 },
  ) as TraceEntry[];
  const candidates = [own, ...WRITTEN_FORMATS].filter(canWrite);
  const counted = { entries: counts, facts, unread };
  const holdsAll = (name: string) => {
    const { holds, needs } = writerOf(name);
    return (
      PART_NAMES.every((part) => holds.includes(part) || !countOfPart(part, counted)) &&
      needs.every((part) => countOfPart(part, counted) === entries.length)
    );
  };
  return candidates.find(holdsAll) ?? candidates[0]!;
}

/** With ids, sessions and times that say no more than which are the same, and how far apart they are. */
function numbered(entries: readonly TraceEntry[]): TraceEntry[] {
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
  const firstMs = entries.find(({ atMs }) => atMs !== undefined)?.atMs ?? 0;
  return entries.map((entry) => {
    const { session, parent, hashIds, atMs } = entry;
    return {
      ...entry,
      ...(atMs !== undefined && { atMs: atMs - firstMs }),
      ...(session !== undefined && { session: sessionOf(session, parent?.session) }),
      ...(parent && { parent: { ...parent, session: sessionOf(parent.session) } }),
      ...(hashIds && { hashIds: hashIds.map(idOf) }),
    } as TraceEntry;
  });
}
