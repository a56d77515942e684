import { MOST } from '../scenario/bounds.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Turn } from './conversation.ts';
import { countSampler, sampler } from './draw/distribution.ts';
import { userDraws } from './draw/draws.ts';
import { Message } from './message.ts';
import type { Spoken } from './text/spoken.ts';

/** How long a user's conversation is and how it is paced, whatever is said. */
export interface TurnPlan {
  readonly rounds: number;
  /** Limit on the next answer, tokens; undefined if the scenario gives none. */
  answerTokens(): number | undefined;
  /** Pause before the next turn; 0 before the first, which is due when the user arrives. */
  pauseMs(turn: number): number;
}

const MS_PER_SEC = 1000;

/** Reads the distributions now, draws from them per user. */
export function turnPlanner({
  seed,
  conversation,
  pacing,
}: Scenario): (userId: number) => TurnPlan {
  const { rounds, answer } = conversation;
  const drawRounds = userDraws(seed, 'rounds', countSampler(rounds, 1, MOST.turns));
  const drawAnswer =
    answer.tokens === undefined
      ? undefined
      : userDraws(seed, 'answer', countSampler(answer.tokens, 1, MOST.tokens));
  const drawPause = userDraws(seed, 'pause', sampler(pacing.pauseSec, MOST.seconds));
  return (userId) => {
    const nextPauseSec = drawPause(userId);
    return {
      rounds: drawRounds(userId)(),
      answerTokens: drawAnswer?.(userId) ?? (() => undefined),
      pauseMs: (turn) => (turn === 0 ? 0 : nextPauseSec() * MS_PER_SEC),
    };
  };
}

/** The same turn with something else to say. */
export function saying(turn: Turn, { text, tokens }: Spoken): Turn {
  return { ...turn, message: new Message('user', text), messageTokens: tokens };
}

/** What is asked for of an answer that is to be so long. */
export function limitsOf(
  { force, minTokens, limit, ceilingTokens = Infinity }: Scenario['conversation']['answer'],
  tokens: number | undefined,
): Pick<Turn, 'maxTokens' | 'minTokens'> {
  const most = Math.min(tokens ?? Infinity, ceilingTokens);
  const least = minTokens ?? tokens;
  return {
    maxTokens: limit && most < Infinity ? most : undefined,
    minTokens: force && least !== undefined ? Math.min(least, ceilingTokens) : undefined,
  };
}
