import fc from 'fast-check';
import { expect, test } from 'vitest';
import { intervalAround, pValueOf } from '../../src/compare/interval.ts';

const doubts = fc.record({
  variance: fc.double({ min: 0.01, max: 100, noNaN: true }),
  degrees: fc.integer({ min: 3, max: 60 }),
  skewness: fc.double({ min: -1, max: 1, noNaN: true }),
});
const values = fc.double({ min: -20, max: 20, noNaN: true });

test('0 lies at an end of the interval whose confidence its likelihood leaves', () => {
  fc.assert(
    fc.property(doubts, values, (doubt, value) => {
      const pValue = pValueOf(value, doubt);
      if (pValue < 1e-6 || pValue > 0.9) return;
      const [low, high] = intervalAround(value, doubt, 1 - pValue);
      expect(Math.min(Math.abs(low), Math.abs(high))).toBeLessThan(1e-4);
    }),
    { numRuns: 100 },
  );
});

test('without skewness it is the interval of Student, on both sides alike', () => {
  const [low, high] = intervalAround(10, { variance: 4, degrees: 31, skewness: 0 });
  expect(low).toBeCloseTo(10 - 2 * 2.0395, 3);
  expect(high).toBeCloseTo(10 + 2 * 2.0395, 3);
});

test('of what is now and then far too low, the truth may lie far above, but not so far below', () => {
  const [low, high] = intervalAround(10, { variance: 4, degrees: 31, skewness: -0.3 });
  expect(low).toBeLessThan(10 - 2 * 2.0395);
  expect(high).toBeLessThan(10 + 2 * 2.0395);
  const mirrored = intervalAround(-10, { variance: 4, degrees: 31, skewness: 0.3 });
  expect(mirrored.map((end) => -end).reverse()).toEqual([low, high]);
});

test('what lies farther is less likely, however skewed it is', () => {
  fc.assert(
    fc.property(doubts, values, (doubt, value) => {
      const farther = pValueOf(value * 100 + (value < 0 ? -1000 : 1000), doubt);
      expect(farther).toBeLessThan(0.01);
    }),
    { numRuns: 100 },
  );
});

test('without doubt it is the value; with nothing but doubt, any', () => {
  const none = { variance: 0, degrees: 31, skewness: 0 };
  expect(intervalAround(3, none)).toEqual([3, 3]);
  expect([pValueOf(0, none), pValueOf(3, none)]).toEqual([1, 0]);
  const all = { variance: Infinity, degrees: 0, skewness: 0 };
  expect(intervalAround(3, all)).toEqual([-Infinity, Infinity]);
  expect(pValueOf(3, all)).toBe(1);
});
