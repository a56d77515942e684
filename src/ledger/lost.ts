import type { Evidence } from './evidence.ts';

/** A generation prompt, which only the newest prompt ends with: at most so many tokens. */
const GENERATION_PROMPT_TOKENS = 16;

/** The prefix ends where generated text begins, within it, or at the generation prompt before it. */
export function isAtAnswer({ reference }: Evidence, blockTokens: number): boolean {
  const { previous, record, ideal } = reference;
  const { cachedTokens } = record;
  if (!previous || cachedTokens === undefined || cachedTokens >= ideal.answers) return false;
  const end = previous.inputTokens! - GENERATION_PROMPT_TOKENS;
  return cachedTokens >= blockTokens * Math.floor(Math.max(0, end) / blockTokens);
}

/** Its blocks are ones that others had put there, and no turn of its own. */
export function isBeginning({ reference }: Evidence): boolean {
  return !reference.previous && reference.ideal.answers <= reference.ideal.shared;
}
