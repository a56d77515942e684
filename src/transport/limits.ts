/** A line, a document or the text of an answer that is longer is no answer: it would take the client's memory. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** What one answer may be at most. */
export interface AnswerLimits {
  /** Of a line of a stream, of a document, of all text. */
  readonly bytes: number;
  readonly deltas: number;
  /** What the number of deltas follows from; undefined: from nothing that was asked for. */
  readonly maxTokens: number | undefined;
}

/** Some gateways cut a token into its characters, of which it seldom has so many. */
const DELTAS_PER_TOKEN = 16;
const DELTAS_SPARE = 200;
/** Without a limit that was asked for: as long as the longest contexts. */
const TOKENS_MAX = 1_000_000;

/** `maxTokens` as it was asked for, undefined: nothing was; `bytes` as the scenario has them, undefined: the default. */
export function answerLimits(maxTokens?: number, bytes = ANSWER_BYTES_MAX): AnswerLimits {
  const deltas = maxTokens === undefined ? TOKENS_MAX : DELTAS_PER_TOKEN * maxTokens + DELTAS_SPARE;
  return { bytes, deltas, maxTokens };
}

/** How a size is said. */
export function megabytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(3))} MB`;
}
