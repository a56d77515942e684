import { expect, test } from 'vitest';
import { RateBins } from '../../src/inspect/rate-bins.ts';

function binsOf(times: readonly number[]) {
  const bins = new RateBins();
  for (const atMs of times) bins.add(atMs);
  return bins.close();
}

test('all requests are in the bins, whatever the trace is long, and none of them has few', () => {
  for (const [count, gapMs] of [
    [1000, 0.5],
    [1000, 40],
    [50, 7_000_000],
  ] as const) {
    const { stepSec, points } = binsOf(Array.from({ length: count }, (_, i) => 1e9 + i * gapMs))!;
    expect(points.length).toBeLessThanOrEqual(Math.min(200, count / 5));
    expect(points.length).toBeGreaterThan(1);
    expect(points.map(([sec]) => sec)).toEqual(points.map((_, i) => i * stepSec));
    const sum = points.reduce((all, [, perSec]) => all + perSec * stepSec, 0);
    expect(sum).toBeCloseTo(count, 6);
    expect((points[0]![1] * gapMs) / 1000).toBeCloseTo(1, 0);
  }
});

test('a silence is none, and a moment has no rate', () => {
  const times = [...Array(20).keys(), ...Array.from({ length: 20 }, (_, i) => 100_000 + i)];
  const { points } = binsOf(times)!;
  expect(points.some(([, perSec]) => perSec === 0)).toBe(true);
  expect(binsOf([5, 5, 5])).toBeUndefined();
  expect(binsOf([])).toBeUndefined();
});
