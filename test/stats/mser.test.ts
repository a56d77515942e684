import { expect, test } from 'vitest';
import { startUpCount } from '../../src/stats/mser.ts';
import { queueSeries } from './series.ts';

const cutOf = (values: readonly number[]) => startUpCount(Float64Array.from(values));

test('a series without a start-up loses little, one of nothing but equal values nothing', () => {
  expect(cutOf(Array<number>(500).fill(3))).toBe(0);
  const cuts = [1, 2, 3, 4, 5].map((seed) => cutOf(queueSeries(2000, 0.3, seed).values));
  expect(cuts.filter((cut) => cut !== undefined && cut < 500).length).toBeGreaterThanOrEqual(4);
});

test('a burst at the start is cut off, to within a batch of five', () => {
  const { values } = queueSeries(2000, 0.01, 1);
  const burst = Array.from({ length: 100 }, (_, index) => 100 - index / 2);
  expect(cutOf([...burst, ...values])).toBeGreaterThanOrEqual(95);
  expect(cutOf([...burst, ...values])).toBeLessThanOrEqual(150);
});

test('a series that changes to its end has no steady state, and a short one is not looked at', () => {
  expect(cutOf(Array.from({ length: 1000 }, (_, index) => 1.01 ** index))).toBe(0);
  expect(cutOf(Array.from({ length: 1000 }, (_, index) => (index < 700 ? index : 700)))).toBe(
    undefined,
  );
  expect(cutOf(Array<number>(99).fill(1))).toBeUndefined();
});
