import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meanOf, quantileOf, ratioOf } from '../../src/compare/estimate.ts';
import { moments, quantile } from '../../src/stats/exact.ts';

const values = fc
  .array(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { minLength: 3, maxLength: 100 })
  .map((list) => Float64Array.from(list));
const sum = (list: Float64Array) => list.reduce((all, each) => all + each, 0);

test('an estimate is the number of the report, and its contributions make nothing together', () => {
  fc.assert(
    fc.property(values, (list) => {
      const mean = meanOf({ values: list })!;
      expect(mean.value).toBe(moments(list).mean);
      expect(sum(mean.contributions)).toBeCloseTo(0, 6);
      const sorted = list.toSorted();
      expect(quantileOf({ values: list }, sorted, 0.9)!.value).toBe(quantile(sorted, 0.9));
    }),
    { numRuns: 50 },
  );
});

test('taking a request away moves a mean by its contribution, all but', () => {
  const list = Float64Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000);
  const { value, contributions } = meanOf({ values: list })!;
  const without = meanOf({ values: list.subarray(1) })!.value;
  expect(value - without).toBeCloseTo(contributions[0]!, 2);
});

test('a percentile grows with values above it, and falls with those below', () => {
  const list = Float64Array.from({ length: 1000 }, (_, index) => (index * 7919) % 1000);
  const { contributions } = quantileOf({ values: list }, list.toSorted(), 0.9)!;
  list.forEach((value, index) => {
    expect(Math.sign(contributions[index]!)).toBe(value > 899 ? 1 : -1);
  });
  // In shares of the values: sum ([x > q] - (1 - p))^2 is n p (1 - p).
  const variance = contributions.reduce((all, each) => all + each * each, 0);
  expect(variance).toBeCloseTo((0.9 * 0.1) / 1000, 9);
});

test('values of one request contribute together; one without has nothing to say', () => {
  const series = { values: Float64Array.of(1, 3, 8), starts: Int32Array.of(0, 2, 2, 3) };
  const { value, contributions } = meanOf(series)!;
  expect(value).toBe(4);
  expect([...contributions]).toEqual([(1 - 4) / 3 + (3 - 4) / 3, 0, (8 - 4) / 3]);
});

test('a quotient is of the sums, and not the mean of quotients', () => {
  const ratio = ratioOf(Float64Array.of(1, 9), Float64Array.of(10, 10), true)!;
  expect(ratio.value).toBe(0.5);
  expect([...ratio.contributions]).toEqual([-0.2, 0.2]);
  expect(ratio.beyondShare).toBe(0.5);
  expect(ratioOf(Float64Array.of(0), Float64Array.of(0), true)).toBeUndefined();
});

test('of no values there is no number', () => {
  const none = new Float64Array();
  expect(meanOf({ values: none })).toBeUndefined();
  expect(quantileOf({ values: none }, none, 0.5)).toBeUndefined();
});
