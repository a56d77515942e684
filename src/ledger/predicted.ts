import type { Evidence } from './evidence.ts';
import type { Facts } from './facts.ts';

/**
 * What an engine of `capacityBlocks` would have found. The memory below its GPU has copies of what was there (the
 * larger of the two is found), in whole chunks, and of answers only if any ever came from there.
 */
export function predicted(one: Evidence, facts: Facts, capacityBlocks: number): Evidence {
  const onGpu = one.tokensIn(capacityBlocks);
  return { ...one, predictedTokens: Math.max(onGpu, belowGpu(one, facts)) };
}

function belowGpu({ tokensIn, reference }: Evidence, facts: Facts): number {
  const { tierBlocks, chunkTokens = facts.blockTokens, isAnswerStored } = facts;
  if (tierBlocks === undefined) return 0;
  const stored = isAnswerStored ? Infinity : reference.ideal.prompts;
  return chunkTokens * Math.floor(Math.min(tokensIn(tierBlocks), stored) / chunkTokens);
}
