import { expect, test } from 'vitest';
import { Arrivals } from '../../src/inspect/arrivals.ts';
import { moments } from '../../src/stats/exact.ts';

function summaryOf(...times: readonly number[]) {
  const arrivals = new Arrivals();
  for (const time of times) arrivals.add(time);
  return arrivals.close();
}

test('rate, burstiness, peaks and step of times', () => {
  const gaps = [0, 500, 1500, 1000, 70_000];
  let atMs = 10_000;
  const times = [atMs, ...gaps.map((gap) => (atMs += gap))];
  const { mean, std } = moments(Float64Array.from(gaps));
  expect(summaryOf(...times)).toEqual({
    count: 6,
    spanMs: 73_000,
    perSec: expect.closeTo(1000 / mean, 12),
    gapCv: expect.closeTo(std! / mean, 12),
    peakPerSec: 3,
    peakPerMin: 5,
    stepMs: 500,
  });
});

test('a metronome has a CV of 0, whatever its origin', () => {
  const times = Array.from({ length: 100 }, (_, i) => 1.7e12 + 250 * i);
  expect(summaryOf(...times)).toMatchObject({ gapCv: 0, perSec: 4, peakPerSec: 4, stepMs: 250 });
});

test('what cannot be said is absent: no time, one, all at once, or times between milliseconds', () => {
  expect(summaryOf()).toBeUndefined();
  expect(summaryOf(5)).toEqual({ count: 1, spanMs: 0, peakPerSec: 1, peakPerMin: 1 });
  expect(summaryOf(5, 5, 5)).toEqual({ count: 3, spanMs: 0, peakPerSec: 3, peakPerMin: 3 });
  expect(summaryOf(0, 0.5, 2)).not.toHaveProperty('stepMs');
});
