import type { Scenario } from '../../scenario/schema.ts';
import { userStream } from '../draw/draws.ts';
import { Message } from '../message.ts';
import type { Texts } from '../text/texts.ts';

/** Length where the scenario does not limit answers. */
const TOKENS_DEFAULT = 100;

/**
 * Made-up answers of so many tokens, for the histories of users that are found in mid-conversation.
 * Reads a text only if the scenario has such users.
 */
export async function openStandIns(
  { seed, population, conversation }: Scenario,
  texts: Texts,
): Promise<(userId: number, turn: number, tokens: number | undefined) => Message> {
  const answerOf = (text: string) => new Message('assistant', text);
  if (population.rampUp?.history !== 'synthesised') return () => answerOf('');
  if (conversation.text === 'hi') {
    return (_, __, tokens = TOKENS_DEFAULT) => answerOf(Array(tokens).fill('hi').join(' '));
  }
  const corpus = await texts.corpus();
  return (userId, turn, tokens = TOKENS_DEFAULT) =>
    answerOf(corpus.cut(userStream(seed, userId, `stand-in/${turn}`), tokens));
}
