import { expect, test } from 'vitest';
import { lateSummaryOf, lateWindowsOf } from '../../../src/stats/time/late-windows.ts';
import type { PlacedPart } from '../../../src/stats/time/timeline.ts';

const placed = (offsetMs: number, lateWindows: object[]) =>
  ({
    part: { footer: { lateWindows } },
    offsetMs,
    measured: { startMs: offsetMs + 100, endMs: offsetMs + 1000 },
  }) as unknown as PlacedPart;

test('windows lie on the time of all parts, cut to what each of them measured', () => {
  const windows = lateWindowsOf([
    placed(0, [
      { fromMs: 0, toMs: 50, cause: 'event loop' },
      { fromMs: 50, toMs: 150, cause: 'event loop' },
    ]),
    placed(5000, [{ fromMs: 900, toMs: 1200, cause: 'probe' }]),
  ]);
  expect(windows).toEqual([
    { startMs: 100, endMs: 150, cause: 'event loop' },
    { startMs: 5900, endMs: 6000, cause: 'probe' },
  ]);
  expect(lateSummaryOf(windows, 1800)).toEqual({
    windows: 2,
    totalMs: 150,
    longestMs: 100,
    share: 150 / 1800,
  });
});

test('windows of two causes at the same time are one, and none are unknown', () => {
  const both = [
    { startMs: 0, endMs: 100 },
    { startMs: 50, endMs: 120 },
  ];
  expect(lateSummaryOf(both, 1000)).toMatchObject({ windows: 1, totalMs: 120, longestMs: 120 });
  expect(lateSummaryOf([], 1000)).toBeUndefined();
});
