import { expect, test } from 'vitest';
import { capacityOfRun } from '../../src/capacity/capacity.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { played } from './engines.ts';

const GPU_BLOCKS = 1200;

function offloading(offload: NonNullable<ScenarioInput['engine']>['offload']): ScenarioInput {
  return {
    name: 'tiers',
    seed: 3,
    target: { url: 'embedded' },
    conversation: {
      systemPrompt: { tokens: 500 },
      userHistory: { tokens: 2000 },
      question: { tokens: 40 },
      rounds: 5,
      answer: { tokens: 40, force: true },
    },
    pacing: { mode: 'think', pauseSec: { distribution: 'exponential', mean: 10 } },
    population: { arrivals: { process: 'poisson', usersPerSec: 0.4 }, users: 40 },
    engine: { gpu: 'h100', blocks: GPU_BLOCKS, offload },
  };
}

test.each([
  ['vLLM, prompts only', { preset: 'vllm', cpu: { blocks: 2000 } }, 2000, false],
  ['LMCache, in chunks of 256 tokens', { preset: 'lmcache', cpu: { blocks: 2080 } }, 2080, false],
  ['HiCache, answers too', { preset: 'hicache', cpu: { blocks: 2000 } }, 2000, true],
  // What the GPU has is not below it: the sum of both.
  ['exclusive', { preset: 'hicache', inclusive: false, cpu: { blocks: 800 } }, 1999, true],
] as const)('both tiers are found to 3 %%: %s', async (_name, offload, belowBlocks, hasAnswers) => {
  const { tiers } = capacityOfRun(await played(offloading(offload)));
  const { gpu, below, stored, toldBy } = tiers!;
  expect(toldBy).toBe('engine');
  expect(gpu.blocks / (GPU_BLOCKS - 1)).toBeCloseTo(1, 1.5);
  expect(Math.abs(below!.blocks / belowBlocks - 1)).toBeLessThan(0.03);
  expect(stored!.hasAnswers).toBe(hasAnswers);
});
