import type { Scenario } from '../../scenario/schema.ts';
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
  if (hasNone) return { opening: [], sharedTokens: 0, firstMessage: (_, question) => question };
  return wordPreamble(scenario, texts);
}
