import { stream } from '../../base/random.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { userStream } from '../draw/draws.ts';
import { Message } from '../message.ts';
import type { Corpus } from '../text/corpus.ts';
import { joined, joinedBy, type Spoken } from '../text/spoken.ts';
import type { Texts } from '../text/texts.ts';
import { userMarks } from '../text/user-mark.ts';
import type { Preamble } from './preamble.ts';

/** Words of a text, counted in tokens. */
export async function wordPreamble(
  { seed, conversation }: Scenario,
  texts: Texts,
): Promise<Preamble> {
  const { systemPrompt, userHistory } = conversation;
  const shared = await sharedPart(seed, systemPrompt, texts);
  const history = userHistory.tokens
    ? userHistories(seed, await texts.corpus(), userHistory.tokens)
    : () => NOTHING;
  const isMessage = systemPrompt.role === 'system' && shared.text !== '';
  const before = isMessage ? NOTHING : shared;
  return {
    // One message for all users: its bytes are made and kept once.
    opening: isMessage ? [new Message('system', shared.text)] : [],
    sharedTokens: shared.tokens ?? 0,
    isEachItsOwn: userHistory.tokens > 0,
    firstMessage(userId, question) {
      const own = joined(history(userId), question);
      return before.text ? joinedBy(systemPrompt.separator ?? ' ', before, own) : own;
    },
  };
}

const NOTHING: Spoken = { text: '', tokens: 0 };

async function sharedPart(
  seed: string | number,
  { tokens, text }: Scenario['conversation']['systemPrompt'],
  texts: Texts,
): Promise<Spoken> {
  if (text) return { text, tokens: (await texts.count([text]))[0]! };
  if (!tokens) return NOTHING;
  return { text: (await texts.corpus()).cut(stream(seed, 'shared'), tokens), tokens };
}

/** A history begins with the user's mark, so that users share nothing but the part before it. */
function userHistories(seed: string | number, corpus: Corpus, tokens: number) {
  const markOf = userMarks(seed, corpus.leadWords);
  return (userId: number): Spoken => {
    const rng = userStream(seed, userId, 'history');
    return { text: corpus.cut(rng, tokens, markOf(userId)), tokens };
  };
}
