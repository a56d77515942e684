import { expect, test } from 'vitest';
import { capacityOf } from '../../src/plan/capacity.ts';
import { reachableBlocks } from '../../src/plan/working-set.ts';
import { workingSetFields } from '../../src/plan/working-set-text.ts';
import { engineSchema } from '../../src/scenario/engine.ts';

/** The lines of an engine whose users need so many blocks at the peak. */
function linesOf(
  engine: object,
  liveBlocks: number,
  lruBlocks = liveBlocks,
): Record<string, string> {
  const options = engineSchema.parse({ gpu: 'rtx4090', ...engine });
  const capacity = capacityOf(options);
  const fields = workingSetFields({
    ...capacity,
    blockTokens: options.blockTokens,
    gpu: options.gpu,
    reachableBlocks: reachableBlocks(capacity),
    liveBlocks: { mean: liveBlocks / 2, peak: liveBlocks },
    liveTokens: { mean: liveBlocks * 8, peak: liveBlocks * 16 },
    lruBlocks,
    longestBlocks: 100,
  });
  return Object.fromEntries(fields.map(({ label, lines }) => [label, lines.join('\n')]));
}

const vllm = (capacityGB: number, fields: object = {}) => ({
  offload: { preset: 'vllm', cpu: { capacityGB }, ...fields },
});
const EXCLUSIVE = { inclusive: false };

test.each([
  ['without tiers, none', {}, undefined],
  [
    'copies of the GPU, the largest counts',
    vllm(32),
    'cpu 15258 blocks, 32.00 GB; inclusive, so the largest counts: 15258 blocks in reach',
  ],
  [
    'fewer than the GPU has add nothing',
    vllm(5),
    'cpu 2384 blocks, 5.000 GB; inclusive, so the largest counts: 2587 blocks in reach',
  ],
  [
    'what was evicted adds to the GPU',
    vllm(8, EXCLUSIVE),
    'cpu 3814 blocks, 7.999 GB; exclusive, so they add to the GPU: 6401 blocks in reach',
  ],
  [
    'twice the GPU where the preset says so, and whole chunks of what is given',
    { offload: { preset: 'hicache', disk: { capacityGB: 6 } } },
    'cpu 5176 blocks, 10.85 GB; disk 2861 blocks, 6.000 GB; inclusive, so the largest counts: 5176 blocks in reach',
  ],
])('below the GPU: %s', (_name, engine, expected) => {
  expect(linesOf(engine, 100)['below the GPU']).toBe(expected);
});

test('with tiers, whether loading from them pays', () => {
  const line =
    'cpu reads 22.00 GB/s, shared by all loads; loading a token beats computing it above 1.432 GB/s';
  expect(linesOf(vllm(32), 100)['loading']).toBe(line);
  expect(linesOf({}, 100)['loading']).toBeUndefined();
});

test.each([
  ['it fits: at most 77.3 % of the blocks', {}, 1500, 2000],
  [
    'live conversations fit, but not with the finished ones that LRU keeps: expect evictions',
    {},
    2500,
    3000,
  ],
  [
    'the live conversations alone are 2.010 times what fits: expect evictions between turns',
    {},
    5200,
    6300,
  ],
  [
    'the live conversations alone are 2.010 times what fits the GPU; the tiers below hold it all, at most 98.4 % of the blocks in reach',
    vllm(8, EXCLUSIVE),
    5200,
    6300,
  ],
  [
    'live conversations fit, but not with the finished ones that LRU keeps; the tiers below hold it all, at most 19.7 % of the blocks in reach',
    vllm(32),
    2500,
    3000,
  ],
  [
    'the live conversations alone are 2.010 times what fits: expect evictions between turns',
    vllm(8),
    5200,
    6300,
  ],
])('%s', (expected, engine, liveBlocks, lruBlocks) => {
  expect(linesOf(engine, liveBlocks, lruBlocks)['so']).toBe(expected);
});

test('replicas hold as much each', () => {
  expect(linesOf({ replicas: { count: 3 } }, 9)['replicas']).toMatch(/^3, each with so much/);
});
