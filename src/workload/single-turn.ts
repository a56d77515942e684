import type { Scenario } from '../scenario/schema.ts';
import type { Conversation } from './conversation.ts';
import { Message } from './message.ts';
import { limitsOf } from './turn-plan.ts';

/** A request that is a whole conversation. */
export interface SingleTurn {
  readonly userId: number;
  readonly text: string;
  readonly tokens: number;
  readonly sharedTokens: number;
  /** undefined: no limit is known. */
  readonly maxTokens: number | undefined;
}

export function singleTurn({ conversation }: Scenario, said: SingleTurn): Conversation {
  const { userId, text, tokens, sharedTokens, maxTokens } = said;
  const turn = {
    message: new Message('user', text),
    messageTokens: tokens,
    pauseMs: 0,
    ...limitsOf(conversation.answer, maxTokens),
    recordedAnswer: undefined,
  };
  return {
    userId,
    opening: [],
    sharedTokens,
    turns: [turn],
    standInAnswer: () => new Message('assistant', ''),
  };
}
