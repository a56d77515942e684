import type { TurnRecord } from '../record/record.ts';

/** Leading tokens of a prompt that the conversation had before, by what one supposes of the answer in it. */
export interface HeldBefore {
  /** The answer before comes back token by token, as far as the prompt's length allows. */
  readonly answers: number;
  /** The answer before comes back changed: all up to it is as it was. */
  readonly prompts: number;
}

/** Of a counted turn that follows a counted one (design note D.2); the last token of an answer was never fed back. */
export function heldTokens(
  record: TurnRecord,
  { inputTokens = 0, outputTokens = 0 }: TurnRecord,
): HeldBefore {
  return {
    answers: withoutMessage(record, inputTokens + Math.max(0, outputTokens - 1)),
    prompts: withoutMessage(record, inputTokens),
  };
}

export function isFollowing(
  { turn }: TurnRecord,
  previous: TurnRecord | undefined,
): previous is TurnRecord {
  return previous !== undefined && turn > previous.turn;
}

/** The warm-up has played it before. */
export function isReplay(
  { turn, inputTokens }: TurnRecord,
  opening: TurnRecord | undefined,
): boolean {
  return turn === 0 && opening?.inputTokens === inputTokens;
}

/** Of the two: what a scenario expects of its answers. */
export function answersComeBack(
  previous: TurnRecord | undefined,
  options: { readonly isAnswerResent: boolean; readonly isReasoningResent: boolean },
): boolean {
  if (!options.isAnswerResent) return false;
  return options.isReasoningResent || !previous?.reasoningTokens;
}

/** Of a prompt that has become shorter than what it follows, its new message is not in the cache. */
function withoutMessage({ inputTokens, messageTokens = 0 }: TurnRecord, held: number): number {
  if (inputTokens === undefined || held < inputTokens) return held;
  return Math.max(0, inputTokens - messageTokens);
}
