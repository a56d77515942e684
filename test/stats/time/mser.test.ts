import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startUpCount } from '../../../src/stats/time/mser.ts';
import { queueSeries } from '../series.ts';

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

/** Straight from the formula, sum by sum: the error of each cut, in batches. */
function errorsByFormula(values: readonly number[]): number[] {
  const count = Math.floor(values.length / 5);
  const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const means = Array.from({ length: count }, (_, i) => mean(values.slice(5 * i, 5 * i + 5)));
  return means.slice(0, count - 4).map((_, first) => {
    const left = means.slice(first);
    const middle = mean(left);
    return left.reduce((sum, one) => sum + (one - middle) ** 2, 0) / left.length ** 2;
  });
}

test('the cut is where the formula has its least, or there is none as that is in the last half', () => {
  const noise = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 100, maxLength: 260 });
  const startUp = fc.record({ length: fc.nat(150), height: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(noise, startUp, fc.constantFrom(1, 1e-6), (values, { length, height }, unit) => {
      const slope = (i: number) => (i < length ? height * 1e6 * (1 - i / length) : 0);
      const series = values.map((value, i) => (value + slope(i)) * unit);
      const errors = errorsByFormula(series);
      const half = Math.floor(series.length / 5) / 2;
      const cut = startUpCount(Float64Array.from(series));
      // What is the same but for rounding is as good.
      const least = Math.min(...errors) * (1 + 1e-9) + 1e-12;
      if (cut === undefined)
        expect(errors.findLastIndex((one) => one <= least)).toBeGreaterThan(half);
      else expect(errors[cut / 5]).toBeLessThanOrEqual(least);
      if (cut !== undefined) expect(cut / 5).toBeLessThanOrEqual(half);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('a small spread of large values is seen as well', () => {
  const { values } = queueSeries(600, 0.2, 1);
  const series = values.map((value, i) => value + Math.max(0, 20 - i / 4));
  const cut = cutOf(series);
  expect(cut).toBeGreaterThan(30);
  for (const far of [1e10, -1e10]) expect(cutOf(series.map((value) => value + far))).toBe(cut);
});

test('a hundred values are looked at, and what is left over of the last batch is not', () => {
  const steps = [...Array<number>(25).fill(9), ...Array<number>(75).fill(1)];
  expect(cutOf(steps)).toBe(25);
  expect(cutOf(steps.slice(1))).toBeUndefined();
  expect(cutOf([...steps, ...Array<number>(4).fill(1e9)])).toBe(25);
});
