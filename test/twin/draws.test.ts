import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawnFrom } from '../../src/twin/draws.ts';

const positive = (min: number) => fc.double({ min, max: 1e3, noNaN: true });
const interval = fc
  .tuple(positive(0.001), positive(0))
  .map(([low, width]) => [low, low + width] as const)
  .filter((ends) => !ends.every(Number.isInteger));

test('the first two draws are all that is slow, and all that is fast', () => {
  const intervals = { weightsMs: [5, 6], hostReadGBps: [20, 30], blocks: [2000, 3000] } as const;
  expect(drawnFrom(intervals, 2)).toEqual([
    { weightsMs: 6, hostReadGBps: 20, blocks: 2000 },
    { weightsMs: 5, hostReadGBps: 30, blocks: 3000 },
  ]);
  expect(drawnFrom(intervals, 1)).toHaveLength(1);
  expect(drawnFrom(intervals, 0)).toEqual([]);
});

test('of every constant one of the others lies in each part of its interval', () => {
  fc.assert(
    fc.property(interval, fc.integer({ min: 1, max: 40 }), ([low, high], count) => {
      const [, , ...draws] = drawnFrom({ weightsMs: [low, high] }, count + 2);
      const sorted = draws.map(({ weightsMs }) => weightsMs!).sort((a, b) => a - b);
      const edge = (place: number) => low + ((high - low) * place) / count;
      expect(sorted).toHaveLength(count);
      for (const [place, value] of sorted.entries()) {
        expect(value).toBeGreaterThanOrEqual(edge(place) - 1e-9 * high);
        expect(value).toBeLessThanOrEqual(edge(place + 1) + 1e-9 * high);
      }
    }),
    { numRuns: 50 },
  );
});

test('what is drawn of one constant does not depend on the others', () => {
  const alone = drawnFrom({ hostMs: [0.5, 1.5] }, 9);
  const beside = drawnFrom({ apiMs: [1.5, 20], hostMs: [0.5, 1.5] }, 9);
  expect(beside.map(({ hostMs }) => hostMs)).toEqual(alone.map(({ hostMs }) => hostMs));
  const place = (values: readonly number[], value: number) =>
    values.toSorted((a, b) => a - b).indexOf(value);
  const [apis, hosts] = (['apiMs', 'hostMs'] as const).map((name) =>
    beside.slice(2).map((draw) => draw[name]!),
  ) as [number[], number[]];
  expect(apis.map((one) => place(apis, one))).not.toEqual(hosts.map((one) => place(hosts, one)));
});

test('what counts things is whole, what does not is not, and a constant without doubt is itself', () => {
  const drawn = drawnFrom({ blocks: [2000, 3000], pairNs: [1.3, 1.3], headMs: [0, 3] }, 10);
  expect(drawn.every(({ blocks }) => Number.isInteger(blocks))).toBe(true);
  expect(new Set(drawn.map(({ blocks }) => blocks)).size).toBe(10);
  expect(drawn.slice(2).every(({ headMs }) => !Number.isInteger(headMs))).toBe(true);
  expect(drawn.every(({ pairNs }) => pairNs === 1.3)).toBe(true);
});
