import { UsageError } from '../../../base/errors.ts';
import type { TraceEntry } from '../format.ts';
import { formatNamed, TRACE_FORMATS } from '../formats/formats.ts';
import { type Blocks, withBlocks } from './block-ids.ts';
import { openTraceFile, type Reading, traceIn } from './open-trace.ts';
import {
  countOfPart,
  DROPPABLE,
  PART_NAMES,
  PARTS,
  type PartName,
  partText,
  type Trace,
  withoutParts,
} from './parts.ts';
import { savePieces } from './save.ts';
import type { TraceWriter } from './writer.ts';
import { writerOf } from './writers.ts';

export interface ConvertOptions {
  readonly input: string;
  readonly output: string;
  /** Name of the format to write. */
  readonly to: string;
  /** How the input is read. */
  readonly reading: Reading;
  /** Of the blocks that are written; default: as the input's, if the format has such. */
  readonly blockTokens?: number | undefined;
  /** Left out, where the format has no place for it. */
  readonly drop: readonly PartName[];
}

export interface ConvertedTrace {
  readonly from: string;
  readonly requests: number;
  readonly sessions: number;
  /** Tokens of a block as written; absent: there are none. */
  readonly blockTokens: number | undefined;
  /** What is to be known of the result. */
  readonly notes: readonly string[];
}

/**
 * Writes a trace in another format.
 * @throws UsageError naming what the format has no place for, or what it needs and the trace has not.
 */
export async function convertTrace(options: ConvertOptions): Promise<ConvertedTrace> {
  const { input, output, to, drop } = options;
  const writer = writerOf(to);
  const opened = await openTraceFile(input, options.reading);
  const trace = await traceIn(opened);
  const written = fitted(input, trace, to, writer, drop, options.blockTokens);
  await savePieces(input, output, writer.pieces(written.entries, written.blockTokens ?? 1));
  const sessions = new Set(trace.entries.map(({ session }, i) => session ?? i)).size;
  return {
    from: opened.format.name,
    requests: trace.entries.length,
    sessions,
    blockTokens: written.blockTokens,
    notes: notesOf(trace, to, writer, written.blockTokens),
  };
}

/** The trace as the format can hold it. */
export function fitted(
  input: string,
  trace: Trace,
  to: string,
  writer: TraceWriter,
  drop: readonly PartName[],
  blockTokens: number | undefined,
): { entries: TraceEntry[]; blockTokens: number | undefined } {
  refuseLoss(input, trace, to, writer, drop);
  const entries = withoutParts(trace.entries, drop);
  refuseLack(input, entries, to, writer);
  const from = trace.facts.blockTokens;
  if (from === undefined || !entries.some(({ hashIds }) => hashIds)) {
    return { entries, blockTokens: undefined };
  }
  const blocks: Blocks = {
    blockTokens: blockTokens ?? ownBlock(input, from, to, writer),
    rounding: writer.rounding,
  };
  return { entries: withBlocks(entries, from, blocks), blockTokens: blocks.blockTokens };
}

function refuseLoss(
  input: string,
  trace: Trace,
  to: string,
  writer: TraceWriter,
  drop: readonly PartName[],
): void {
  const lost = PART_NAMES.filter(
    (name) => !writer.holds.includes(name) && !drop.includes(name) && countOfPart(name, trace) > 0,
  );
  if (!lost.length) return;
  const named = lost.map((name) => partText(name, trace)).join(', ');
  const droppable = lost.filter((name) => DROPPABLE.includes(name));
  const way =
    droppable.length === lost.length
      ? `to leave them out: --drop ${droppable.join(',')}`
      : lost.includes('texts')
        ? 'confab trace anonymise makes counts and hash ids of texts'
        : `expected a format that has one, such as mooncake`;
  throw new UsageError(`${input}: ${to} has no place for ${named}; ${way}`);
}

function refuseLack(
  input: string,
  entries: readonly TraceEntry[],
  to: string,
  writer: TraceWriter,
): void {
  for (const name of writer.needs) {
    const count = countOfPart(name, { entries, facts: {}, unread: new Map() });
    if (count === entries.length) continue;
    throw new UsageError(
      `${input}: found ${PARTS[name].says} in ${count} of ${entries.length} requests; ${to} needs them in all`,
    );
  }
}

/** The size of blocks that readers of the format take for granted. */
function ownBlock(input: string, from: number, to: string, writer: TraceWriter): number {
  const own = formatNamed(to, TRACE_FORMATS).blockTokens;
  if (writer.saysBlock || own === undefined || own === from) return from;
  const larger =
    own % from === 0
      ? `, or --to-block-tokens ${own} for blocks of ${own / from} of them, which loses what inputs share of less than one`
      : '';
  throw new UsageError(
    `${input}: found blocks of ${from} tokens; ${to} has ${own} and no place to say otherwise: --to-block-tokens ${from} keeps them, for readers that are told so${larger}`,
  );
}

/** What is to be known of what was written. */
export function notesOf(
  { entries, facts }: Trace,
  to: string,
  writer: TraceWriter,
  blockTokens: number | undefined,
): string[] {
  const own = formatNamed(to, TRACE_FORMATS).blockTokens;
  const isOther = !writer.saysBlock && blockTokens !== undefined && blockTokens !== own;
  const isTogether = facts.timeOrigin === 'session' && writer.timeOrigin === undefined;
  const roots = new Set(entries.filter(({ parent }) => !parent).map(({ session }) => session)).size;
  return [
    ...(isOther ? [`to be read with --format ${to} --block-tokens ${blockTokens}`] : []),
    ...(isTogether && roots > 1
      ? [`all ${roots} sessions begin at 0: when they began is not in the trace`]
      : []),
  ];
}
