import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { normalQuantile } from '../../../src/workload/timed/normal-quantile.ts';
import { quantilesThrough, stratifiedShares } from '../../../src/workload/timed/percentiles.ts';

test('quantiles of the normal distribution are those of the tables', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 8);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
  expect(normalQuantile(0.9)).toBeCloseTo(1.281551566, 7);
  expect(normalQuantile(0.01)).toBeCloseTo(-2.326347874, 7);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
});

test('lengths have every percentile that was given', () => {
  const percentiles = [
    { share: 0.5, tokens: 200 },
    { share: 0.7, tokens: 400 },
    { share: 0.9, tokens: 600 },
    { share: 0.99, tokens: 900 },
  ];
  const at = quantilesThrough(percentiles);
  for (const { share, tokens } of percentiles) expect(at(share)).toBe(tokens);
  const shares = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
  const lengths = shares.map(at);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.every((length) => Number.isInteger(length) && length >= 1)).toBe(true);
});

test('between and beyond two percentiles it is a lognormal', () => {
  // Median e^5 and sigma 0.5.
  const at = quantilesThrough([
    { share: 0.5, tokens: Math.exp(5) },
    { share: 0.9, tokens: Math.exp(5 + 0.5 * normalQuantile(0.9)) },
  ]);
  for (const share of [0.05, 0.3, 0.6, 0.99]) {
    expect(at(share)).toBe(Math.round(Math.exp(5 + 0.5 * normalQuantile(share))));
  }
});

test('one percentile is the length of all, and one of 0 is a token', () => {
  expect(quantilesThrough([{ share: 0.5, tokens: 70 }])(0.999)).toBe(70);
  const at = quantilesThrough([
    { share: 0.5, tokens: 0 },
    { share: 0.9, tokens: 40 },
  ]);
  expect([at(0.1), at(0.5), at(0.9)]).toEqual([1, 1, 40]);
});

test('each hundred shares has one in each hundredth, in any order', () => {
  const draw = stratifiedShares(stream(1, 'test'));
  for (let round = 0; round < 3; round++) {
    const hundredths = Array.from({ length: 100 }, () => Math.floor(draw() * 100));
    expect(hundredths).not.toEqual(hundredths.toSorted((a, b) => a - b));
    expect(new Set(hundredths).size).toBe(100);
  }
});
