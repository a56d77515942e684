import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawnFrom } from '../../src/twin/draws.ts';

const interval = fc
  .tuple(
    fc.double({ min: 0.001, max: 1e3, noNaN: true }),
    fc.double({ min: 0, max: 1e3, noNaN: true }),
  )
  .map(([low, width]) => [low, low + width] as const);

test('of every constant one draw lies in each part of its interval', () => {
  fc.assert(
    fc.property(interval, fc.integer({ min: 1, max: 40 }), ([low, high], count) => {
      fc.pre(!Number.isInteger(low) || !Number.isInteger(high));
      const values = drawnFrom({ weightsMs: [low, high] }, count).map(
        ({ weightsMs }) => weightsMs!,
      );
      const sorted = values.sort((a, b) => a - b);
      const edge = (place: number) => low + ((high - low) * place) / count;
      sorted.forEach((value, place) => {
        expect(value).toBeGreaterThanOrEqual(edge(place) - 1e-9 * high);
        expect(value).toBeLessThanOrEqual(edge(place + 1) + 1e-9 * high);
      });
    }),
    { numRuns: 50 },
  );
});

test('what is drawn of one constant does not depend on the others', () => {
  const alone = drawnFrom({ hostMs: [0.5, 1.5] }, 7);
  const beside = drawnFrom({ apiMs: [1.5, 20], hostMs: [0.5, 1.5] }, 7);
  expect(beside.map(({ hostMs }) => hostMs)).toEqual(alone.map(({ hostMs }) => hostMs));
  expect(beside.map(({ apiMs }) => apiMs)).not.toEqual(beside.map(({ hostMs }) => 20 * hostMs!));
});

test('a constant whose ends are whole is whole, and one without doubt is itself', () => {
  const drawn = drawnFrom({ blocks: [2000, 3000], pairNs: [1.3, 1.3] }, 10);
  expect(drawn.every(({ blocks }) => Number.isInteger(blocks))).toBe(true);
  expect(new Set(drawn.map(({ blocks }) => blocks)).size).toBe(10);
  expect(drawn.every(({ pairNs }) => pairNs === 1.3)).toBe(true);
});
