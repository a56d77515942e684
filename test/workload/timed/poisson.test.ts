import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { poissonArrivals } from '../../../src/workload/timed/poisson.ts';

const arrivals = (rates: readonly number[], lengthMs: number) => [
  ...poissonArrivals(
    rates.map((perSec) => ({ perSec, lengthMs })),
    stream(3, 'test'),
  ),
];

test('each step has as many arrivals as its rate says, within 4 sigma', () => {
  const rates = [20, 0, 5, 80, 0.5];
  const all = arrivals(rates, 100_000);
  for (const [step, perSec] of rates.entries()) {
    const own = all.filter((arrival) => arrival.step === step);
    const expected = perSec * 100;
    expect(Math.abs(own.length - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
    for (const { atMs } of own) {
      expect(Math.floor(atMs / 100_000)).toBe(step);
    }
  }
});

test('gaps are exponential: as long as their standard deviation', () => {
  const times = arrivals([50], 400_000).map(({ atMs }) => atMs);
  const gaps = times.slice(1).map((time, i) => time - times[i]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const square = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(square) / mean).toBeGreaterThan(0.96);
  expect(Math.sqrt(square) / mean).toBeLessThan(1.04);
});

test('a rate that does not change gives the same times in steps of any length', () => {
  const whole = arrivals([7], 60_000).map(({ atMs }) => atMs);
  const cut = arrivals(Array(6000).fill(7), 10).map(({ atMs }) => atMs);
  expect(cut).toHaveLength(whole.length);
  for (const [i, time] of cut.entries()) expect(time).toBeCloseTo(whole[i]!, 6);
});

test('no rate, no arrivals; and times go up', () => {
  expect(arrivals([0, 0], 1000)).toEqual([]);
  const times = arrivals([300, 2, 300], 5000).map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
