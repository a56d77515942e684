import { expect, test } from 'vitest';
import {
  bucketAt,
  lengthMs,
  Occupancy,
  timeBuckets,
} from '../../../src/stats/time/time-buckets.ts';

test.each([
  ['a whole number of stretches', 10_000, 10, { count: 10, widthMs: 1000 }],
  ['the next of 1, 2, 5 times a power of ten seconds', 30_000, 10, { count: 6, widthMs: 5000 }],
  ['the last is shorter', 11_000, 10, { count: 6, widthMs: 2000 }],
  ['less than a second', 250, 100, { count: 50, widthMs: 5 }],
  ['tenths, whose quotient is not whole in binary', 700, 7, { count: 7, widthMs: 100 }],
  ['no time', 0, 100, { count: 0, widthMs: 0 }],
])('stretches: %s', (_name, spanMs, most, expected) => {
  expect(timeBuckets(spanMs, most)).toEqual({ ...expected, spanMs });
});

test('a time lies in the stretch that it begins, and the very end in the last', () => {
  const buckets = timeBuckets(11_000, 10);
  expect([0, 1999, 2000, 10_999, 11_000].map((ms) => bucketAt(buckets, ms))).toEqual([
    0, 0, 1, 5, 5,
  ]);
  expect([0, 5].map((index) => lengthMs(buckets, index))).toEqual([2000, 1000]);
});

test('how many are there is averaged over each stretch, the short last one included', () => {
  const occupancy = new Occupancy(timeBuckets(11_000, 10));
  occupancy.add(0, 11_000);
  occupancy.add(1000, 6500);
  occupancy.add(2000, 3000);
  occupancy.add(4000, 6000);
  occupancy.add(10_500, 11_000);
  occupancy.add(7000, 7000);
  expect(occupancy.close()).toEqual([1.5, 2.5, 3, 1.25, 1, 1.5]);
});

test('over no time nothing is there', () => {
  const occupancy = new Occupancy(timeBuckets(0, 10));
  occupancy.add(0, 0);
  expect(occupancy.close()).toEqual([]);
});

test('there may be one stretch alone, and what takes no time is nowhere', () => {
  const occupancy = new Occupancy(timeBuckets(1000, 1));
  occupancy.add(0, 500);
  occupancy.add(250, 1000);
  occupancy.add(800, 700);
  expect(occupancy.close()).toEqual([1.25]);
});

test('the very end of a whole number of stretches is in the last, too', () => {
  expect(bucketAt(timeBuckets(10_000, 10), 10_000)).toBe(9);
  expect(timeBuckets(0.5, 1)).toMatchObject({ count: 1, spanMs: 0.5 });
});
