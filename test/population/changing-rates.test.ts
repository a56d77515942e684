import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { curveTimes, rateTimes } from '../../src/population/changing-rates.ts';
import type { SettingsOf } from '../../src/scenario/arrivals.ts';

const CURVE: SettingsOf<'curve'> = {
  process: 'curve',
  usersPerSec: 10,
  swing: 0.5,
  periodSec: 40,
  rising: false,
  stepSec: 1,
};

function until(endMs: number, times: Generator<number>): number[] {
  const found: number[] = [];
  for (const time of times) {
    if (time >= endMs) break;
    found.push(time);
  }
  return found;
}

function expectAlike(count: number, expected: number): void {
  expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
}

test('arrivals on a curve come as often in each half of its period as the sine says', () => {
  const times = until(400_000, curveTimes(CURVE, stream(1, 'test')));
  const high = times.filter((time) => time % 40_000 < 20_000).length;
  // 10 (1 +- 0.5 * 2 / pi) a second over 200 s each.
  expectAlike(high, 2000 * (1 + 1 / Math.PI));
  expectAlike(times.length - high, 2000 * (1 - 1 / Math.PI));
  expect(times[0]).toBe(0);
});

test('a rising curve stays on its top', () => {
  const times = until(400_000, curveTimes({ ...CURVE, rising: true }, stream(1, 'test')));
  expectAlike(times.filter((time) => time >= 10_000).length, 15 * 390);
});

test('of rates one after the other each has its arrivals, and with the last it ends', () => {
  const settings: SettingsOf<'rates'> = { process: 'rates', perSec: [5, 0, 20], stepSec: 60 };
  const times = [...rateTimes(settings, stream(1, 'test'))];
  const inStep = (step: number) => times.filter((time) => Math.floor(time / 60_000) === step);
  expectAlike(inStep(0).length, 300);
  expect(inStep(1)).toEqual([]);
  expectAlike(inStep(2).length, 1200);
  expect(times.at(-1)).toBeLessThan(180_000);
});
