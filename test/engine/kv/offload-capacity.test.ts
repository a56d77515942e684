import { expect, test } from 'vitest';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';

/**
 * Users with ten blocks each come round after round, in the same order: LRU hits all of them, or none. So
 * the largest number of users that hit is the effective capacity. Returns the share of hits once warm.
 */
function hitShare(users: number, gpuBlocks: number, offload: object): number {
  const bench = new Bench({
    blocks: gpuBlocks + 1,
    apiMs: 0,
    offload: offloadSchema.parse(offload),
  });
  let [hits, asked] = [0, 0];
  for (let round = 0; round < 5; round++) {
    for (let user = 0; user < users; user++) {
      const promptTokens = Int32Array.from(privateTokens(user, 161));
      const { end } = bench.ask({ promptTokens, maxTokens: 1, ignoreEos: true });
      if (round < 2) continue;
      hits += end!.cachedTokens;
      asked += 160;
    }
  }
  return hits / asked;
}

const exclusive = { preset: 'vllm', inclusive: false };

test.each([
  // what, offload, most users that all hit, least users of which none does
  ['no tier: the GPU', {}, 19, 21],
  ['inclusive: the larger of both', { preset: 'vllm', cpu: { blocks: 400 } }, 40, 41],
  [
    'inclusive, smaller than the GPU: nothing is gained',
    { preset: 'vllm', cpu: { blocks: 150 } },
    19,
    21,
  ],
  [
    'inclusive, three tiers: the largest',
    { preset: 'vllm', cpu: { blocks: 100 }, disk: { blocks: 500 } },
    50,
    51,
  ],
  ['exclusive: the sum, but for what is in motion', { ...exclusive, cpu: { blocks: 400 } }, 58, 61],
  [
    'exclusive, smaller than the GPU: it still adds',
    { ...exclusive, cpu: { blocks: 100 } },
    28,
    31,
  ],
  [
    'exclusive, three tiers: the sum',
    { ...exclusive, cpu: { blocks: 100 }, disk: { blocks: 200 } },
    48,
    51,
  ],
])('%s', (_, offload, allHit, noneHits) => {
  expect(hitShare(allHit, 200, offload)).toBe(1);
  expect(hitShare(noneHits, 200, offload)).toBe(0);
});
