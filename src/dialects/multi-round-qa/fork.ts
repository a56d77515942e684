import type { Setting } from '../../scenario/overrides.ts';
import type { MultiRoundFlags } from './flags.ts';

/** What the fork says before the first question of a data set. */
const SYSTEM_TEXT =
  'You are a knowledgeable, efficient, and direct AI assistant. Provide concise answers, focusing on the key information needed. Offer suggestions tactfully when appropriate to improve outcomes. Engage in productive collaboration with the user.\n\n';
/** How long it takes this to be, whatever the tokenizer, and with every other text as well. */
const SYSTEM_TOKENS = 42;
/** Of numpy's RandomState, whose first draw the fork does not use: the same users come at the same times in every run. */
const ARRIVALS = { seed: 192, skip: 1 };

/**
 * What the user-lag fork sends otherwise than we do (multi-round-qa.py of pouyahmdn/production-stack at 8a1e389,
 * UserSession and UserSessionManager).
 */
export function forkSettings(flags: MultiRoundFlags): Setting[] {
  return settings({
    'population.arrivals.numpy': ARRIVALS,
    'target.prefillHeader': { name: 'x-prefill-tokens', baseTokens: SYSTEM_TOKENS },
    // Sent also where it is false; answers of exact length are asked for with it alone.
    'sampling.ignoreEos': flags.ignoreEos ?? false,
    'conversation.answer.force': false,
    ...(flags.sharegpt && {
      'conversation.systemPrompt': { text: SYSTEM_TEXT, role: 'user', separator: '' },
      'conversation.userHistory': { tokens: 0 },
      'conversation.sharegpt.compat': true,
    }),
  });
}

function settings(values: Readonly<Record<string, unknown>>): Setting[] {
  return Object.entries(values).map(([path, value]) => ({ path: path.split('.'), value }));
}
