import { UsageError } from '../../../base/errors.ts';
import type { TraceEntry } from '../format.ts';
import { formatNamed, TRACE_FORMATS } from '../formats/formats.ts';
import { type Blocks, withBlocks } from './block-ids.ts';
import { openTraceFile, type Reading } from './open-trace.ts';
import { DROPPABLE, PART_NAMES, PARTS, type PartName, withoutParts } from './parts.ts';
import { savePieces } from './save.ts';
import { mapped, type Trace, type TraceSurvey, traceIn } from './trace.ts';
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
  const { survey } = trace;
  const written = fitted(input, trace, to, writer, drop, options.blockTokens);
  await savePieces(input, output, writer.pieces(written.entries, written.blockTokens ?? 1));
  return {
    from: opened.format.name,
    requests: survey.requests,
    sessions: survey.sessions,
    blockTokens: written.blockTokens,
    notes: notesOf(trace, to, writer, written.blockTokens),
  };
}

/** The trace as the format can hold it; its requests one at a time, once. */
export function fitted(
  input: string,
  trace: Trace,
  to: string,
  writer: TraceWriter,
  drop: readonly PartName[],
  blockTokens: number | undefined,
): { entries: AsyncIterable<TraceEntry>; blockTokens: number | undefined } {
  const { facts, survey } = trace;
  refuseLoss(input, survey, to, writer, drop);
  refuseLack(input, survey, to, writer, drop);
  const without = withoutParts(drop);
  const from = facts.blockTokens;
  if (from === undefined || drop.includes('blocks') || !survey.ids.requests) {
    return { entries: mapped(trace.each(), without), blockTokens: undefined };
  }
  const blocks: Blocks = {
    blockTokens: blockTokens ?? ownBlock(input, from, to, writer),
    rounding: writer.rounding,
  };
  const blocked = withBlocks(survey.ids, from, blocks);
  const entries = mapped(trace.each(), (entry) => blocked(without(entry)));
  return { entries, blockTokens: blocks.blockTokens };
}

function refuseLoss(
  input: string,
  { parts }: TraceSurvey,
  to: string,
  writer: TraceWriter,
  drop: readonly PartName[],
): void {
  const lost = PART_NAMES.filter(
    (name) => !writer.holds.includes(name) && !drop.includes(name) && parts.of(name) > 0,
  );
  if (!lost.length) return;
  const named = lost.map((name) => parts.textOf(name)).join(', ');
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
  { parts, requests }: TraceSurvey,
  to: string,
  writer: TraceWriter,
  drop: readonly PartName[],
): void {
  for (const name of writer.needs) {
    const count = drop.includes(name) ? 0 : parts.of(name);
    if (count === requests) continue;
    throw new UsageError(
      `${input}: found ${PARTS[name].says} in ${count} of ${requests} requests; ${to} needs them in all`,
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
  { survey, facts }: Trace,
  to: string,
  writer: TraceWriter,
  blockTokens: number | undefined,
): string[] {
  const own = formatNamed(to, TRACE_FORMATS).blockTokens;
  const isOther = !writer.saysBlock && blockTokens !== undefined && blockTokens !== own;
  const isTogether = facts.timeOrigin === 'session' && writer.timeOrigin === undefined;
  const { roots } = survey;
  return [
    ...(isOther ? [`to be read with --format ${to} --block-tokens ${blockTokens}`] : []),
    ...(isTogether && roots > 1
      ? [`all ${roots} sessions begin at 0: when they began is not in the trace`]
      : []),
  ];
}
