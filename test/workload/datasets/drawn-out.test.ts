import { deviation, mean as meanOf } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { evenly, heavyTailed } from '../../../src/workload/datasets/amounts.ts';
import { drawnOut } from '../../../src/workload/datasets/drawn-out.ts';

const sample = (mean: number, std: number, count: number) =>
  evenly(stream(1, mean), count, heavyTailed('--x', { mean, std }).draw);

describe('001-5 a sample of a heavy tail', () => {
  test.each([
    [80, 472, 1000],
    [80, 472, 150],
    [100, 10, 40],
    [1000, 500, 30],
    [2000, 1990, 60],
  ])('001-5 has the moments that were asked for: %d ± %d of %d', (mean, std, count) => {
    const drawn = sample(mean, std, count);
    const values = drawnOut(drawn, { mean, std });
    expect(meanOf(values)).toBeCloseTo(mean, 6);
    expect(deviation(values)! / std).toBeCloseTo(1, 6);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    // In the order in which they were drawn.
    const ranks = (of: readonly number[]) =>
      [...of.keys()].sort((a, b) => of[a]! - of[b]! || a - b);
    expect(ranks(values)).toEqual(ranks(drawn));
  });

  test('001-5 of so few that none could have them has the mean', () => {
    const values = drawnOut(sample(80, 472, 10), { mean: 80, std: 472 });
    expect(meanOf(values)).toBeCloseTo(80, 6);
    expect(deviation(values)).toBeLessThan(472);
  });

  test('of one, or without a deviation, stays as it is', () => {
    expect(drawnOut([91], { mean: 100, std: 10 })).toEqual([91]);
    expect(drawnOut([7, 7], { mean: 7, std: 0 })).toEqual([7, 7]);
  });
});
