import { expect, test } from 'vitest';
import { summariseBuckets } from '../../src/server/buckets.ts';

const bucketsOf = (...pairs: [bound: number, upTo: number][]) =>
  pairs.map(([bound, upTo]) => ({ bound, upTo }));

test('percentiles are interpolated within their bucket, the first of which begins at 0', () => {
  const buckets = bucketsOf([1, 50], [2, 90], [10, 100]);
  const { mean, p50, p99 } = summariseBuckets({ count: 100, sum: 150, buckets });
  expect([mean, p50]).toEqual([1.5, 1]);
  expect(p99).toBeCloseTo(2 + 8 * 0.9, 12);
  expect(summariseBuckets({ count: 4, sum: 1, buckets: bucketsOf([1, 4]) }).p50).toBe(0.5);
});

test('buckets may come in any order, and empty ones are passed over', () => {
  const buckets = bucketsOf([10, 4], [1, 0], [5, 4], [2, 0]);
  const { p50, p50Within } = summariseBuckets({ count: 4, sum: 12, buckets });
  expect([p50, p50Within]).toEqual([3.5, [2, 5]]);
});

test('beyond the last bound a percentile is unknown, and of nothing all are', () => {
  const beyond = summariseBuckets({ count: 10, sum: 500, buckets: bucketsOf([1, 6]) });
  expect(beyond).toEqual({ count: 10, mean: 50, p50: 5 / 6, p50Within: [0, 1] });
  expect(summariseBuckets({ count: 0, sum: 0, buckets: bucketsOf([1, 0]) })).toEqual({ count: 0 });
});
