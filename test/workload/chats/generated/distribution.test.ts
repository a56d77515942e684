import { deviation, mean } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../../src/base/random.ts';
import {
  drawCounts,
  parseDistribution,
} from '../../../../src/workload/chats/generated/distribution.ts';

const COUNT = 40_000;

function draws(fields: object, options: { min?: number; isCompat?: boolean; count?: number } = {}) {
  const problems: string[] = [];
  const d = parseDistribution(fields, (problem) => problems.push(problem));
  expect(problems).toEqual([]);
  const { min = 0, isCompat = false, count = COUNT } = options;
  return drawCounts(d!, stream(1, 'distribution'), { count, min, isCompat });
}

/** Riemann zeta by direct summation with its integral tail. */
function zeta(s: number): number {
  let sum = 0;
  const n = 10_000;
  for (let k = 1; k < n; k++) sum += k ** -s;
  return sum + n ** (1 - s) / (s - 1);
}

describe('moments', () => {
  const median = (average: number, ratio: number) => average * ratio;
  const spread = (average: number, ratio: number) => average * Math.sqrt(ratio ** -2 - 1);
  test.each<[string, object, number, number]>([
    ['constant', { distribution: 'constant', value: 7 }, 7, 0],
    ['uniform, integers with both ends', { distribution: 'uniform', min: 12, max: 18 }, 15, 2],
    [
      'uniform, fractions',
      { distribution: 'uniform', min: 10.5, max: 90.5 },
      50.5,
      80 / Math.sqrt(12),
    ],
    // var = mean^2 (exp(sigma^2) - 1), and exp(sigma^2) = ratio^-2.
    [
      'lognormal of an average',
      { distribution: 'lognormal', average: 1000 },
      1000,
      spread(1000, 0.85),
    ],
    [
      'lognormal of a median ratio',
      { distribution: 'lognormal', average: 1000, median_ratio: 0.9 },
      1000,
      spread(1000, 0.9),
    ],
    [
      'lognormal of mean and sigma',
      { distribution: 'lognormal', mean: 6, sigma: 0.5 },
      Math.exp(6.125),
      Math.exp(6.125) * Math.sqrt(Math.exp(0.25) - 1),
    ],
    [
      'zipf',
      { distribution: 'zipf', alpha: 4 },
      zeta(3) / zeta(4),
      Math.sqrt(zeta(2) / zeta(4) - (zeta(3) / zeta(4)) ** 2),
    ],
    ['poisson', { distribution: 'poisson', alpha: 100 }, 100, 10],
    ['poisson of a small mean', { distribution: 'poisson', alpha: 2 }, 2, Math.SQRT2],
    ['poisson of nothing', { distribution: 'poisson', alpha: 0 }, 0, 0],
  ])('of %s', (_, fields, expectedMean, expectedStd) => {
    const values = draws(fields);
    expect(values.every(Number.isInteger)).toBe(true);
    const error = 5 * (expectedStd / Math.sqrt(COUNT)) + 1e-9;
    expect(Math.abs(mean(values)! - expectedMean)).toBeLessThan(error);
    expect(deviation(values)!).toBeCloseTo(expectedStd, expectedStd > 20 ? -2 : 0);
  });

  test('the median of a lognormal is its ratio of the average', () => {
    const values = draws({ distribution: 'lognormal', average: 1000 }).sort((a, b) => a - b);
    expect(values[COUNT / 2]! / median(1000, 0.85)).toBeCloseTo(1, 1);
  });

  test('zipf draws k as often as k^-alpha says', () => {
    const values = draws({ distribution: 'zipf', alpha: 2 });
    for (const k of [1, 2, 3, 10]) {
      const share = values.filter((value) => value === k).length / COUNT;
      const expected = k ** -2 / zeta(2);
      expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt(expected / COUNT));
    }
  });
});

test('a uniform between whole numbers draws both ends, and none more often', () => {
  const values = draws({ distribution: 'uniform', min: 12, max: 18 });
  const counts = Array.from({ length: 7 }, (_, i) => values.filter((v) => v === 12 + i).length);
  expect(counts.reduce((a, b) => a + b)).toBe(COUNT);
  for (const count of counts)
    expect(Math.abs(count - COUNT / 7)).toBeLessThan(5 * Math.sqrt(COUNT / 7));
});

test.each([
  ['lognormal', { average: 1000, max: 1200 }],
  ['lognormal', { mean: 6, sigma: 2, max: 500 }],
  ['zipf', { alpha: 1.1, max: 50 }],
  ['poisson', { alpha: 100, max: 101 }],
])('%s is capped by %j', (distribution, fields) => {
  const values = draws({ distribution, ...fields });
  expect(Math.max(...values)).toBe(fields.max);
});

test.each([[0], [null]])('max: %j is no cap', (max) => {
  const fields = { distribution: 'poisson', alpha: 100 };
  expect(draws({ ...fields, max })).toEqual(draws(fields));
});

test('the least value replaces smaller draws', () => {
  expect(Math.min(...draws({ distribution: 'poisson', alpha: 2 }, { min: 3 }))).toBe(3);
});

test("upstream's switch: a lognormal's sample has the average as its mean, of one value too", () => {
  const fields = { distribution: 'lognormal', average: 1000 };
  expect(draws(fields, { isCompat: true, count: 1 })).toEqual([1000]);
  expect(mean(draws(fields, { isCompat: true, count: 50 }))).toBeCloseTo(1000, -1);
  expect(draws(fields, { count: 1 })).not.toEqual([1000]);
});
