import type { Answered } from './request.ts';
import type { PrefillSeen } from './seen.ts';
import { type ProbeSession, ttftMsOf } from './session.ts';

/** Lengths of prompts: below the knee where weights are read, about it, and far above. */
const LENGTHS = [
  16, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16_384, 32_768,
];
/** What a round of all lengths may take, of the budget. */
const ROUND_SHARE = 0.05;
/** Of which there are always some, however slow. */
const LENGTHS_MIN = 6;

export function prefillLengths(longest: number): number[] {
  const lengths = LENGTHS.filter((length) => length <= longest);
  return longest > (lengths.at(-1) ?? 0) * 1.2 ? [...lengths, longest] : lengths;
}

/**
 * Prompts of these lengths, one at a time, each seen by nobody before: from sent to the first token. The longest are
 * left out where they would take long.
 */
export async function probePrefill(
  session: ProbeSession,
  lengths: readonly number[],
): Promise<PrefillSeen[]> {
  session.stage('prefill, by length of the prompt');
  const seen: PrefillSeen[] = [];
  const startMs = session.clock.now();
  for (const [index, length] of lengths.entries()) {
    const what = `prefill ${length}`;
    const one = prefillSeen(what, await session.fresh(what, length));
    if (one) seen.push(one);
    const spentMs = session.clock.now() - startMs;
    if (spentMs > ROUND_SHARE * session.budgetMs && index >= LENGTHS_MIN) break;
  }
  return seen;
}

export function prefillSeen(what: string, answered: Answered): PrefillSeen | undefined {
  const ms = ttftMsOf(answered);
  const { inputTokens, cachedTokens = 0 } = answered.usage ?? {};
  if (answered.failure !== undefined || ms === undefined || inputTokens === undefined)
    return undefined;
  return { kind: 'prefill', what, ms, inputTokens, cachedTokens };
}
