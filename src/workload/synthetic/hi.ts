import type { Scenario } from '../../scenario/schema.ts';
import type { Preamble } from './preamble.ts';

/** The question of production-stack's multi-round-qa.py, for every round. */
export const HI_QUESTION =
  "Here's question #{turn}: can you tell me a new long story with a happy ending?";

/**
 * What production-stack's multi-round-qa.py puts before a user's first question, byte for byte, in the
 * same user message: S times `hi` that users share, the user's id, and H times `hi`. The users' texts
 * differ in their ids alone, which is what real words are for; nothing is tokenized.
 */
export function hiPreamble({ systemPrompt, userHistory }: Scenario['conversation']): Preamble {
  const shared = systemPrompt.text ?? hi(systemPrompt.tokens);
  const history = hi(userHistory.tokens);
  return {
    opening: [],
    sharedTokens: systemPrompt.text ? 0 : systemPrompt.tokens,
    isEachItsOwn: true,
    firstMessage: (userId, question) => ({
      text: `Hi, here's some system prompt: ${shared}.For user ${userId}, here are some other context: ${history}.${question.text}`,
      tokens: undefined,
    }),
  };
}

function hi(words: number): string {
  return Array.from({ length: words }, () => 'hi').join(' ');
}
