import { deviation, mean } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import {
  countsOf,
  evenCounts,
  evenly,
  heavyTailed,
  sharesOf,
} from '../../../src/workload/datasets/amounts.ts';

const DRAWS = 4000;

describe('counts', () => {
  test.each([
    [400, 100, 'normal'],
    [2285, 471, 'normal'],
    [1835, 742, 'gamma'],
    [9865, 5976, 'gamma'],
    [3.55, 2.89, 'gamma'],
    [17.5, 2.5, 'normal'],
  ])('of %d ± %d have both moments, from a %s, and are whole and at least 1', (m, std, says) => {
    const { draw, says: said } = countsOf('--x', { mean: m, std });
    const counts = evenCounts(stream(1, m), DRAWS, draw);
    expect(said).toBe(says);
    expect(counts.every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
    expect(mean(counts)! / m).toBeCloseTo(1, 2);
    expect(Math.abs(deviation(counts)! / std - 1)).toBeLessThan(0.03);
  });

  test('without a deviation are all alike; between whole numbers the mean is met by both', () => {
    const fixed = countsOf('--x', { mean: 400, std: 0 });
    expect(fixed.says).toBe('constant');
    expect(new Set(evenCounts(stream(1), 50, fixed.draw))).toEqual(new Set([400]));
    const half = evenCounts(stream(1), DRAWS, countsOf('--x', { mean: 3.5, std: 0 }).draw);
    expect(new Set(half)).toEqual(new Set([3, 4]));
    expect(mean(half)).toBeCloseTo(3.5, 1);
  });

  test('of a mean that leaves no room for a deviation are refused', () => {
    expect(() => countsOf('--turns', { mean: 1, std: 2 })).toThrow(
      '--turns: found 1 with a standard deviation of 2; expected a mean above 1',
    );
  });
});

describe('heavy tails', () => {
  test.each([
    [100, 10],
    [1000, 300],
    [1000, 500],
  ])('of %d ± %d: a Pareto with both moments', (m, std) => {
    const { says, draw } = heavyTailed('--x', { mean: m, std });
    const values = evenly(stream(2, m, std), 30_000, draw);
    expect(says).toBe('Pareto');
    expect(mean(values)! / m).toBeCloseTo(1, 2);
    expect(Math.abs(deviation(values)! / std - 1)).toBeLessThan(0.05);
    // Its least value: mean (a - 1) / a with a = 1 + sqrt(1 + (mean / std)^2).
    const exponent = 1 + Math.sqrt(1 + (m / std) ** 2);
    const least = (m * (exponent - 1)) / exponent;
    const lowest = values.reduce((low, value) => Math.min(low, value), Infinity);
    expect(lowest).toBeGreaterThanOrEqual(least);
    expect(lowest).toBeLessThan(least * 1.001);
  });

  test('heavier than that are lognormal, and no less than 1', () => {
    const { says, draw } = heavyTailed('--x', { mean: 80, std: 120 });
    const values = evenly(stream(3), 30_000, draw);
    expect(says).toBe('lognormal');
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(1);
    expect(Math.abs(mean(values)! / 80 - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviation(values)! / 120 - 1)).toBeLessThan(0.15);
    expect(heavyTailed('--x', { mean: 80, std: 472 }).says).toBe('lognormal');
    expect(heavyTailed('--x', { mean: 80, std: 0 }).says).toBe('constant');
    expect(() => heavyTailed('--x', { mean: 0.5, std: 1 })).toThrow('--x: found 0.5');
  });
});

describe('shares', () => {
  test.each([
    [0.9, 0.01],
    [0.85, 0.13],
    [0.97, 0.14],
    [0.88, 0.32],
    [0.03, 0.0001],
  ])('of %d ± %d have both moments, between 0 and 1', (m, std) => {
    const shares = evenly(stream(4, m), DRAWS, sharesOf('--x', { mean: m, std }).draw);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(Math.abs(mean(shares)! - m)).toBeLessThan(0.01);
    expect(Math.abs(deviation(shares)! / std - 1)).toBeLessThan(0.05);
  });

  test.each([
    [0.97, 0.2, '--x: found 0.97 with a standard deviation of 0.2; expected one below 0.1706'],
    [1, 0.1, 'expected one below 0.0000'],
    [1.2, 0, '--x: found 1.2; expected a share from 0 to 1'],
  ])('of %d ± %d are refused', (m, std, problem) => {
    expect(() => sharesOf('--x', { mean: m, std })).toThrow(problem);
  });

  test('may be all or nothing', () => {
    for (const share of [0, 1]) {
      expect(sharesOf('--x', { mean: share, std: 0 }).draw(stream(1))).toBe(share);
    }
  });
});

test('few draws have the moments too', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { draw } = countsOf('--x', { mean: 400, std: 100 });
    const counts = evenCounts(stream(seed), 60, draw);
    expect(Math.abs(mean(counts)! / 400 - 1)).toBeLessThan(0.03);
    expect(Math.abs(deviation(counts)! / 100 - 1)).toBeLessThan(0.15);
  }
});
