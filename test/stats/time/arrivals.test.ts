import { expect, test } from 'vitest';
import { Arrivals } from '../../../src/stats/time/arrivals.ts';

function arrivals(...times: number[]): Arrivals {
  const all = new Arrivals();
  for (const atMs of times) all.add(atMs);
  return all;
}

const SECOND = { startMs: 1000, endMs: 2000 };
const finished = { ...SECOND, isFinished: true };
const cutOff = { ...SECOND, isFinished: false };

test('an interval has its ends, and what the journal has rounded to them', () => {
  const some = arrivals(999.9985, 999.9995, 1500, 2000, 2000.0005, 2000.0015);
  expect(some.countWithin([SECOND])).toBe(4);
  expect(some.countBeforeEnd([SECOND])).toBe(2);
  expect(some.countWithin([{ startMs: 0, endMs: 900 }, SECOND])).toBe(4);
  expect(arrivals(1999.9985, 1999.9995, 2000.0005).countBeforeEnd([SECOND])).toBe(1);
  const both = arrivals(1200);
  both.merge(some);
  expect(both.countWithin([SECOND])).toBe(5);
});

test('the rate of what ended by itself is from the first to before the last; what came at once came together', () => {
  expect(arrivals(1000, 1250, 1500).ratePerSec([finished])).toBe(4);
  // Two, then one, then two together: three before the last in half a second.
  expect(arrivals(1000, 1000, 1250, 1499.9995, 1500).ratePerSec([finished])).toBe(6);
  // Rounded to the ends of it, and not in it.
  const some = arrivals(999.9985, 999.9995, 1500, 2000.0005, 2000.0015);
  expect(some.ratePerSec([finished])).toBeCloseTo(2, 4);
  expect(arrivals(0, 1000, 1250, 1500, 3000).ratePerSec([finished])).toBe(4);
});

test('of what was cut off it is over the whole window, and the rates of windows are over all of them', () => {
  expect(arrivals(1100, 1200, 1300).ratePerSec([cutOff])).toBe(3);
  const before = { startMs: 0, endMs: 500, isFinished: false };
  expect(arrivals(100, 1100, 1200).ratePerSec([before, cutOff])).toBe(2);
  expect(arrivals(100, 1000, 1250, 1500).ratePerSec([before, finished])).toBe(3);
  expect(arrivals(1100).ratePerSec([])).toBeUndefined();
});

test('what the end kept from being sent counts before it', () => {
  expect(arrivals(1100).ratePerSec([cutOff], arrivals(1200, 2000))).toBe(2);
  expect(arrivals(1000, 1250).ratePerSec([finished], arrivals(1500))).toBe(4);
});

test.each([
  ['even', [0, 1000, 2000], 0],
  ['uneven', [0, 1000, 3000], Math.SQRT1_2 / 1.5],
  ['two', [0, 1000], undefined],
  ['all at once', [5, 5, 5, 5], undefined],
  ['none', [], undefined],
])('the gaps of %s arrivals: %j have the coefficient of variation %s', (_, times, expected) => {
  const cv = arrivals(...times).gapCv([{ startMs: 0, endMs: 9000 }]);
  if (expected === undefined) expect(cv).toBeUndefined();
  else expect(cv).toBeCloseTo(expected, 12);
});

test('a pause between two intervals is no gap, and the first of an interval may be rounded to before it', () => {
  const parts = [
    { startMs: 0, endMs: 2500 },
    { startMs: 50_000, endMs: 53_000 },
  ];
  expect(arrivals(0, 1000, 2000, 49_999.9995, 51_000, 52_000).gapCv(parts)).toBeCloseTo(0, 5);
});

test('a window that has finished has its end, what was rounded to it, and what was kept from being sent', () => {
  expect(arrivals(1000, 1250, 2000.0005).ratePerSec([finished])).toBeCloseTo(2, 4);
  expect(arrivals(1000, 1250).ratePerSec([finished], arrivals(2000))).toBe(2);
});

test('gaps of all intervals count, each within its own', () => {
  const parts = [
    { startMs: 0, endMs: 2500 },
    { startMs: 50_000, endMs: 53_000 },
  ];
  // 1, 1 and 3 s
  const cv = arrivals(0, 1000, 2000, 50_000, 53_000).gapCv(parts);
  expect(cv).toBeCloseTo(Math.sqrt(4 / 3) / (5 / 3), 12);
});
