import { expect, test } from 'vitest';
import { firstLook, fixedIntervalOf, roundsNeeded, sequenceOf } from '../../src/ab/interval.ts';

/** The Bayes factor of the docstring, at the end of an interval: there it is 1 / alpha. */
function bayesFactor(t: number, n: number, g: number): number {
  const growth = 1 + n * g;
  return growth ** -0.5 * ((1 + t ** 2 / (n - 1)) / (1 + t ** 2 / ((n - 1) * growth))) ** (n / 2);
}

test('the ends of a confidence sequence are where the Bayes factor is 1 / alpha', () => {
  const values = [1.2, 0.1, 0.9, -0.4, 0.6, 1.4, 0.2, -0.3, 0.8, 0.5];
  const { count, mean, std, low } = sequenceOf(values, 0.05);
  const t = (Math.sqrt(count) * (mean - low!)) / std!;
  expect(bayesFactor(t, count, 4)).toBeCloseTo(20, 6);
});

test('nothing is concluded from fewer rounds than chance makes all alike', () => {
  expect(firstLook(0.05)).toBe(6);
  expect(firstLook(0.01)).toBe(8);
  expect(sequenceOf([1, 1, 1, 1, 1], 0.05)).toEqual({ count: 5, mean: 1, std: 0 });
  expect(sequenceOf([1, 1, 1, 1, 1, 1], 0.05)).toMatchObject({ low: 1, high: 1 });
  expect(sequenceOf([1], 0.05)).toEqual({ count: 1, mean: 1 });
});

test('it is wider than the interval of a fixed number, and than that of less confidence', () => {
  const values = [0.2, 0.5, 0.1, 0.4, 0.3, 0.6, 0.25];
  const width = ({ low = 0, high = 0 }) => high - low;
  expect(width(sequenceOf(values, 0.05))).toBeGreaterThan(width(fixedIntervalOf(values, 0.05)));
  expect(width(sequenceOf(values, 0.05))).toBeGreaterThan(width(sequenceOf(values, 0.1)));
});

test('values like their neighbours are worth less', () => {
  const apart = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
  const together = apart.toSorted((x, y) => x - y);
  const { low = Number.NaN } = sequenceOf(apart, 0.05);
  expect(sequenceOf(together, 0.05).low ?? -Infinity).toBeLessThan(low);
});

test('of values that hold for long there is nothing to say', () => {
  expect(Object.keys(sequenceOf([0, 0, 0, 0, 1, 1, 1, 1], 0.01))).toEqual(['count', 'mean', 'std']);
});

test('the interval of a fixed number is mean +- t s / sqrt(n)', () => {
  const { low, high } = fixedIntervalOf([1, 2, 3, 4], 0.05);
  const halfWidth = (3.182446 * Math.sqrt(5 / 3)) / 2;
  expect([low, high]).toEqual([
    expect.closeTo(2.5 - halfWidth, 5),
    expect.closeTo(2.5 + halfWidth, 5),
  ]);
});

test('the smaller a gain beside the noise, the more rounds it takes', () => {
  expect(roundsNeeded(0.01, 0.1, 0.05)).toBe(6);
  expect(roundsNeeded(0.02, 0.02, 0.05)).toBeGreaterThan(10);
  expect(roundsNeeded(0.2, 0.02, 0.05)).toBeGreaterThan(roundsNeeded(0.1, 0.02, 0.05));
});
