import { expect, test } from 'vitest';
import { wilson95 } from '../../../src/stats/intervals/certainty.ts';
import { sampledOf } from '../../../src/stats/quantile.ts';
import type { StatisticName } from '../../../src/stats/statistics.ts';
import { coverageOf } from '../coverage.ts';
import { columnOf, queueSeries } from '../series.ts';

const certaintyOf = (values: Iterable<number>) => sampledOf(columnOf(values))!.certainty!;

/** As good as independent. */
const independent = (count: number) => queueSeries(count, 0.001, 4).values;

test('a percentile needs ten values beyond it, a mean twenty', () => {
  const alike = (count: number) => certaintyOf(Array<number>(count).fill(7)).tooFew;
  expect(alike(19)).toEqual(['mean', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99']);
  expect(alike(20)).toEqual(['p25', 'p75', 'p90', 'p95', 'p99']);
  expect(alike(999)).toEqual(['p99']);
  expect(alike(1000)).toEqual(['p999']);
  expect(alike(100_000)).toBeUndefined();
  expect(certaintyOf(independent(19)).interval95).toEqual({});
  expect(certaintyOf(independent(400)).tooFew).toEqual(['p99']);
});

test('independent values are worth as many as they are, and never more', () => {
  const { effectiveCount } = certaintyOf(independent(10_000));
  expect(effectiveCount).toBeLessThanOrEqual(10_000);
  expect(effectiveCount).toBeGreaterThan(5000);
});

test('values that are repeated tell no more than once', () => {
  const once = queueSeries(4000, 0.01, 1).values;
  const tenfold = once.flatMap((value) => Array<number>(10).fill(value));
  const [a, b] = [certaintyOf(once), certaintyOf(tenfold)];
  expect(b.effectiveCount).toBeGreaterThan(a.effectiveCount * 0.7);
  expect(b.effectiveCount).toBeLessThan(a.effectiveCount * 1.4);
});

test('a series that drifts leaves everything uncertain', () => {
  const { effectiveCount, interval95 } = certaintyOf(Array.from({ length: 5000 }, (_, i) => i));
  expect(effectiveCount).toBeLessThan(20);
  // The mean is 2500.
  expect(interval95.mean![0]).toBeLessThan(1700);
  expect(interval95.mean![1]).toBeGreaterThan(5000);
  expect(interval95.p50![0]).toBeLessThan(1000);
  expect(interval95.p50![1]).toBeGreaterThan(4000);
  expect(interval95.p99).toEqual([expect.any(Number), Infinity]);
});

test('values that are all alike are certain, where there are enough of them', () => {
  const { interval95, tooFew } = certaintyOf(Array<number>(100).fill(7));
  expect(interval95.mean).toEqual([7, 7]);
  expect(interval95.p90).toEqual([7, 7]);
  expect(tooFew).toEqual(['p95', 'p99']);
});

test('an interval holds its statistic, and narrows with the root of the number of values', () => {
  const width = (count: number, name: StatisticName): number => {
    const { values } = queueSeries(count, 0.3, 5);
    const distribution = sampledOf(columnOf(values))!;
    const [low, high] = distribution.certainty!.interval95[name]!;
    expect(low).toBeLessThanOrEqual(distribution[name]!);
    expect(high).toBeGreaterThanOrEqual(distribution[name]!);
    return high - low;
  };
  for (const name of ['mean', 'p50', 'p90'] as const) {
    const ratio = width(1000, name) / width(16_000, name);
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(8);
  }
});

test('of a hundred queues the intervals of some 95 hold the truth (test/stats/coverage.ts for more)', () => {
  const { mean, p50, p90 } = coverageOf({ count: 5000, rho: 0.5, runs: 100 });
  for (const { shown, held } of [mean, p50, p90]) {
    expect(shown).toBe(100);
    // 95 of 100, with three standard deviations.
    expect(held).toBeGreaterThanOrEqual(88);
  }
});

test('so they do of short runs of a busy queue, whose calm ones know little and do not know it', () => {
  const found = coverageOf({ count: 500, rho: 0.8, runs: 100 });
  for (const { shown, held } of [found.mean, found.p50, found.p90, found.p95]) {
    expect(shown).toBe(100);
    expect(held).toBeGreaterThanOrEqual(80);
  }
  expect(found.p99.shown).toBe(0);
});

test('the interval of a share is Wilson’s', () => {
  // Newcombe (1998), Table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const rounded = (share: number, count: number) =>
    wilson95(share, count).map((end) => Number(end.toFixed(4)));
  expect(rounded(81 / 263, 263)).toEqual([0.2553, 0.3662]);
  expect(rounded(15 / 148, 148)).toEqual([0.0624, 0.1605]);
  expect(rounded(0, 20)).toEqual([0, 0.1611]);
  expect(rounded(1 / 29, 29)).toEqual([0.0061, 0.1718]);
});
