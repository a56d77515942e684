import { expect, test } from 'vitest';
import { coverageOf } from './coverage.ts';
import { falseAlarms } from './false-alarms.ts';

/** The whole table is a script: see `coverage.ts`. */
test.each([
  { count: 2000, rho: 0.5, serviceB: 0.9, isPaired: true, runs: 40 },
  { count: 2000, rho: 0.5, serviceB: 0.9, isPaired: false, runs: 40 },
])('intervals hold the true difference of two queues: paired $isPaired', (one) => {
  for (const { held, shown } of coverageOf(one)) {
    if (shown < one.runs / 2) continue;
    expect(held / shown).toBeGreaterThanOrEqual(0.85);
  }
});

test('runs that are alike are not called different', () => {
  const { alarms, intervals, without0 } = falseAlarms(4);
  expect(alarms).toBe(0);
  expect(intervals).toBeGreaterThan(80);
  expect(without0 / intervals).toBeLessThan(0.2);
});
