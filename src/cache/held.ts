import { type IdealOptions, withoutMessage } from '../cache/ideal.ts';
import type { TurnRecord } from '../record/record.ts';
import type { SharedTokens } from './shared-tokens.ts';

/** Leading tokens of a prompt that were said before, by what one supposes of the answers in it. */
export interface HeldTokens {
  /** The answer before comes back token by token, as far as the prompt's length allows. */
  readonly answers: number;
  /** The answer before comes back changed: all up to it is as it was. */
  readonly prompts: number;
  /** Only what all users share is found. */
  readonly shared: number;
}

/** What came before a request: the user's last completed turn, and its first one. */
export interface Before {
  readonly previous?: TurnRecord;
  readonly opening?: TurnRecord;
  readonly shared: SharedTokens;
}

/** Of counted requests. The rules are those of `IdealCache` (design note D.2); the last token of an answer was never fed back. */
export function heldTokens(record: TurnRecord, before: Before): HeldTokens {
  const { previous, shared } = before;
  if (!isFollowing(record, before)) {
    const held = isReplay(record, before) ? record.inputTokens! : shared.foundTokens;
    return { answers: held, prompts: held, shared: shared.foundTokens };
  }
  const prompts = previous!.inputTokens!;
  const answer = Math.max(0, previous!.outputTokens! - 1);
  return {
    answers: withoutMessage(record, prompts + answer),
    prompts: withoutMessage(record, prompts),
    shared: shared.tokens,
  };
}

export function isFollowing({ turn }: TurnRecord, { previous }: Pick<Before, 'previous'>): boolean {
  return previous !== undefined && turn > previous.turn;
}

/** The warm-up has played it before. */
export function isReplay(record: TurnRecord, { opening }: Pick<Before, 'opening'>): boolean {
  return record.turn === 0 && opening?.inputTokens === record.inputTokens;
}

/** Of these: what a scenario expects of its answers. */
export function answersComeBack(
  previous: TurnRecord | undefined,
  options: Pick<IdealOptions, 'isAnswerResent' | 'isReasoningResent'>,
): boolean {
  if (!options.isAnswerResent) return false;
  return options.isReasoningResent || !previous?.reasoningTokens;
}
