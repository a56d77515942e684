import type { Scenario } from '../../scenario/schema.ts';
import type { Spoken } from '../text/spoken.ts';
import type { Texts } from '../text/texts.ts';
import { hiPreamble } from './hi.ts';
import type { Preamble } from './preamble.ts';
import { wordPreamble } from './word-preamble.ts';

export async function openPreamble(scenario: Scenario, texts: Texts): Promise<Preamble> {
  const { text, source, systemPrompt, userHistory } = scenario.conversation;
  const hasNone = !systemPrompt.tokens && !systemPrompt.text && !userHistory.tokens;
  // Upstream's synthetic prompts have the `hi` frame also around no words at all.
  if (text === 'hi' && (source === 'synthetic' || !hasNone))
    return hiPreamble(scenario.conversation);
  if (hasNone) {
    const firstMessage = (_: number, question: Spoken) => question;
    return { opening: [], sharedTokens: 0, isEachItsOwn: false, firstMessage };
  }
  return wordPreamble(scenario, texts);
}
