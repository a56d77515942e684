import { stream } from '../../../base/random.ts';
import { numpySeed, RandomState } from '../../draw/numpy.ts';
import type { GeneratorConfig } from './config.ts';
import { type CountDistribution, drawCounts } from './distribution.ts';

/** Said before the text that a user gives, in every message. */
export const BASE_QUESTION = 'Please rewrite the following text and add more content:';

/** Begins what conversation `index` says, so that no two say the same. */
export function tagOf(index: number): string {
  return `${index} is a nice number...`;
}

/** The lengths of everything that will be said. */
export interface GeneratorPlan {
  /** Of the text that all conversations begin with. */
  readonly commonTokens: number;
  readonly conversations: readonly ConversationPlan[];
}

export interface ConversationPlan {
  readonly prefixTokens: number;
  /** One a message: user messages have their length from the first list, answers from the second. */
  readonly inputTokens: readonly number[];
  readonly outputTokens: readonly number[];
}

export interface Planning {
  readonly config: GeneratorConfig;
  readonly seed: string | number;
  /** A user message is at least as long as what is always in it. */
  readonly messageTokensMin: number;
  readonly isCompat: boolean;
}

/**
 * Turns are at least 2, and rounded up to an even number. A function of its argument alone. Upstream draws everything
 * from one state of numpy's, in this order; with our own streams the order does not matter.
 */
export function planConversations(planning: Planning): GeneratorPlan {
  const { config, seed, messageTokensMin, isCompat } = planning;
  const state = isCompat ? new RandomState(numpySeed(seed)) : undefined;
  const draw = (d: CountDistribution, name: (string | number)[], count: number, min: number) =>
    drawCounts(d, state ?? stream(seed, 'generate', ...name), { count, min, isCompat });
  const n = config.conversations;
  const turns = draw(config.turns, ['turns'], n, 2).map((count) => 2 * Math.ceil(count / 2));
  const prefixes = draw(config.prefixTokens, ['prefix'], n, 0);
  return {
    commonTokens: draw(config.commonPrefixTokens, ['common prefix'], 1, 0)[0]!,
    conversations: prefixes.map((prefixTokens, i) => ({
      prefixTokens,
      inputTokens: draw(config.inputTokens, ['input', i], turns[i]!, messageTokensMin),
      outputTokens: draw(config.outputTokens, ['output', i], turns[i]!, 1),
    })),
  };
}
