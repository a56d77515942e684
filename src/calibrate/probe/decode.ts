import type { Answered } from './request.ts';
import type { DecodeSeen } from './seen.ts';
import { median, type ProbeSession } from './session.ts';

/** Steps in which all rows are under way, at least. */
export const WINDOW_STEPS = 40;
/** Fewer say too little. */
const STEPS_MIN = 8;

/** So many streams at a time, each of a prompt of so many tokens. */
export interface Batch {
  readonly rows: number;
  readonly promptTokens: number;
}

export interface Room {
  readonly maxSeqs: number;
  readonly maxBatchedTokens: number;
  /** Tokens that fit the KV cache of the GPU. */
  readonly kvTokens: number;
  readonly maxModelTokens: number;
  /** Prompts of a batch together, so that it does not take long before all streams are under way. */
  readonly promptTokens: number;
}

const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Context of a row in the long batches, at most. */
const CONTEXT_MAX = 8192;
const SHORT_TOKENS = 64;
/** Requests that still have to come in while the first ones decode: steps of the ramp a row. */
const RAMP_STEPS_A_ROW = 0.6;
/** More is left free: nobody is to be preempted. */
const KV_SHARE = 0.8;

/** Every number of rows with little context, and with as much as there is room for. */
export function batchesOf(room: Room, rowsMax: number): Batch[] {
  return ROWS.filter((rows) => rows <= Math.min(room.maxSeqs, rowsMax)).flatMap((rows) => {
    const perRow = Math.min((room.kvTokens * KV_SHARE) / rows, room.maxModelTokens);
    if (perRow < SHORT_TOKENS + answerTokens(rows, SHORT_TOKENS, room)) return [];
    const wanted = Math.min(CONTEXT_MAX, room.promptTokens / rows, perRow);
    const long = Math.floor(Math.min(wanted, perRow - answerTokens(rows, wanted, room)));
    return [
      { rows, promptTokens: SHORT_TOKENS },
      ...(long >= 4 * SHORT_TOKENS ? [{ rows, promptTokens: long }] : []),
    ];
  });
}

/** Tokens after which the last of the streams has had its window. */
export function answerTokens(
  rows: number,
  promptTokens: number,
  { maxBatchedTokens }: Room,
): number {
  const prefillSteps = (rows * promptTokens) / maxBatchedTokens;
  return Math.ceil(WINDOW_STEPS + prefillSteps + RAMP_STEPS_A_ROW * rows);
}

/** @returns undefined if the streams were never all under way together, or some failed */
export async function probeBatch(
  session: ProbeSession,
  batch: Batch,
  room: Room,
): Promise<DecodeSeen | undefined> {
  const { rows, promptTokens } = batch;
  const what = `decode ${rows} x ${promptTokens}`;
  const maxTokens = answerTokens(rows, promptTokens, room);
  const texts = Array.from({ length: rows }, () => session.prompt(promptTokens));
  const answers = await Promise.all(texts.map((text) => session.ask(what, { text, maxTokens })));
  return decodeSeen(what, answers);
}

/**
 * The steps from when the last stream had begun until the first one ended: their number is that of the deltas of a
 * stream, or of the tokens that stand for them where some had no text.
 */
export function decodeSeen(what: string, answers: readonly Answered[]): DecodeSeen | undefined {
  if (answers.some(({ failure, deltasMs }) => failure !== undefined || deltasMs.length < 2))
    return undefined;
  const fromMs = Math.max(...answers.map(({ deltasMs }) => deltasMs[0]!));
  const toMs = Math.min(...answers.map(({ deltasMs }) => deltasMs.at(-1)!));
  const windows = answers.flatMap((answered) => {
    const { deltasMs, usage } = answered;
    const first = deltasMs.findIndex((atMs) => atMs >= fromMs);
    const last = deltasMs.findLastIndex((atMs) => atMs <= toMs);
    if (last <= first) return [];
    // Of tokens without text: each delta stands for so many.
    const tokensADelta = ((usage?.outputTokens ?? deltasMs.length) - 1) / (deltasMs.length - 1);
    const steps = (last - first) * tokensADelta;
    // The gap before token j, from 1, attends to the prompt and j - 1 tokens.
    const meanContext = (usage?.inputTokens ?? 0) + first * tokensADelta + (steps + 1) / 2;
    return [{ steps, stepMs: (deltasMs[last]! - deltasMs[first]!) / steps, meanContext }];
  });
  if (windows.length < answers.length) return undefined;
  const steps = median(windows.map((window) => window.steps));
  if (steps < STEPS_MIN) return undefined;
  const contextTokens = windows.reduce((sum, { meanContext }) => sum + meanContext, 0);
  const ms = windows.reduce((sum, { stepMs }) => sum + stepMs, 0) / windows.length;
  return { kind: 'decode', what, ms, rows: answers.length, contextTokens, steps };
}
