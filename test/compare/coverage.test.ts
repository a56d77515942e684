import { expect, test } from 'vitest';
import { coverageOf } from './coverage.ts';
import { falseAlarms } from './false-alarms.ts';

/** The whole table is a script: see `coverage.ts`. */
test.each([
  { count: 2000, rho: 0.5, serviceB: 0.9, isPaired: true, runs: 40 },
  { count: 2000, rho: 0.5, serviceB: 0.9, isPaired: false, runs: 40 },
  { count: 500, rho: 0.8, serviceB: 0.9, isPaired: true, runs: 60 },
  { count: 500, rho: 0.8, serviceB: 0.9, isPaired: false, runs: 60 },
])('intervals hold the true difference of two queues: load $rho, paired $isPaired', (one) => {
  for (const { held, shown } of coverageOf(one)) {
    if (shown === 0) continue;
    // Of so few runs 85 % may be a little less.
    expect(held / shown).toBeGreaterThanOrEqual(0.8);
  }
});

test('runs that are alike are not called different', () => {
  const { alarms, intervals, without0 } = falseAlarms(4);
  expect(alarms).toBe(0);
  expect(intervals).toBeGreaterThan(80);
  expect(without0 / intervals).toBeLessThan(0.2);
});
