import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { spreadOf, stretchSums } from '../../src/compare/blocks.ts';

function noise(count: number, seed = 'noise'): Float64Array {
  const random = stream(seed, 'blocks');
  return Float64Array.from({ length: count }, () => random() - 0.5);
}

test('independent contributions are worth as many as they are', () => {
  const { variance, effectiveCount, degrees } = spreadOf(noise(10_000));
  expect(degrees).toBeGreaterThan(100);
  // n / 12, as they are evenly spread over 1.
  expect(variance).toBeGreaterThanOrEqual(10_000 / 12.5);
  expect(variance).toBeLessThan(1.1 * (10_000 / 12));
  expect(effectiveCount).toBeGreaterThan(5000);
  expect(effectiveCount).toBeLessThanOrEqual(10_000);
});

test('contributions that come again ten times in a row are worth one', () => {
  const once = noise(2000);
  const tenfold = Float64Array.from(
    { length: 20_000 },
    (_, index) => once[Math.floor(index / 10)]!,
  );
  const share = spreadOf(tenfold).effectiveCount / spreadOf(once).effectiveCount;
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(1.4);
});

test('so are those of one conversation, wherever in time they lie', () => {
  const once = noise(500);
  const count = 5000;
  const conversations = Int32Array.from({ length: count }, (_, index) => index % 500);
  const contributions = Float64Array.from(conversations, (user) => once[user]!);
  expect(spreadOf(contributions).effectiveCount).toBeGreaterThan(2500);
  expect(spreadOf(contributions, { conversations }).effectiveCount).toBeCloseTo(500, -2);
});

test('conversations of one request each change nothing', () => {
  const contributions = noise(1000);
  const alone = Int32Array.from({ length: 1000 }, (_, index) => index);
  const { variance } = spreadOf(contributions);
  expect(spreadOf(contributions, { conversations: alone }).variance).toBeCloseTo(variance, 10);
});

test('a spread scales with the square, and does not know a sign', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 4, maxLength: 200 }),
      fc.double({ min: 0.1, max: 100, noNaN: true }),
      (values, factor) => {
        const one = spreadOf(Float64Array.from(values));
        const many = spreadOf(Float64Array.from(values, (value) => -factor * value));
        const scaled = one.variance * factor ** 2;
        expect(Math.abs(many.variance - scaled)).toBeLessThanOrEqual(1e-9 * scaled);
        expect(one.effectiveCount).toBeLessThanOrEqual(values.length);
      },
    ),
    { numRuns: 50 },
  );
});

test('stretches hold every contribution once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), (count) => {
      const sums = stretchSums(new Float64Array(count).fill(1), 32);
      expect(sums.length).toBe(Math.min(32, count >> 1));
      expect(sums.reduce((sum, each) => sum + each, 0)).toBe(count);
      expect(Math.min(...sums)).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 50 },
  );
});

test('of one contribution nothing is known, of none that differs all', () => {
  expect(spreadOf(Float64Array.of(3)).variance).toBe(Infinity);
  expect(spreadOf(new Float64Array(50))).toEqual({
    variance: 0,
    degrees: 49,
    effectiveCount: 50,
  });
});
