import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { watchIntervals } from '../../src/play/intervals.ts';
import type { IntervalSummary } from '../../src/stats/interval.ts';
import { turnRecord } from '../record/sample.ts';

/** A run whose measuring begins at 25 s, or at once; told every 10 s. */
function watched(measureStartMs: number) {
  const clock = new VirtualClock();
  const told: IntervalSummary[] = [];
  const notices: string[] = [];
  const watch = watchIntervals(
    clock,
    10,
    { interval: (one) => told.push(one), notice: (line) => notices.push(line) },
    () => ({
      phase: 'measuring',
      ...{ activeUsers: 0, waitingUsers: 0, inFlight: 2 },
      measureStartMs: clock.now() >= measureStartMs ? measureStartMs : undefined,
    }),
  );
  const record = (atMs: number, phase: 'warmup' | 'measure') =>
    clock.setTimeout(() => watch.add(turnRecord({ phase, sentMs: atMs - 200 })), atMs);
  return { clock, told, notices, watch, record };
}

const spans = (told: readonly IntervalSummary[]) =>
  told.map(({ startMs, endMs, completed }) => [startMs, endMs, completed]);

test('intervals follow each other, every record in the one in which it ended', () => {
  const { clock, told, notices, record } = watched(0);
  for (const atMs of [500, 9000, 12_000]) record(atMs, 'measure');
  clock.run(29_000);
  expect(spans(told)).toEqual([
    [0, 10_000, 2],
    [10_000, 20_000, 1],
  ]);
  expect(notices).toEqual([]);
});

test('while a run warms up that is said; the first interval begins with the measuring, and is a whole one', () => {
  const { clock, told, notices, record } = watched(25_000);
  record(5000, 'warmup');
  record(24_000, 'warmup');
  for (const atMs of [25_500, 31_000, 34_000, 36_000]) record(atMs, 'measure');
  clock.run(46_000);
  expect(notices).toEqual(['10.0 s, warming up: 2 in flight', '20.0 s, warming up: 2 in flight']);
  expect(spans(told)).toEqual([
    [25_000, 35_000, 3],
    [35_000, 45_000, 1],
  ]);
  expect(told[0]!.completedPerSec).toBe(0.3);
});

test('measuring that begins between two times, before anything has ended, is found out', () => {
  const { clock, told } = watched(25_000);
  clock.run(36_000);
  expect(spans(told)).toEqual([[25_000, 35_000, 0]]);
});

test('nobody is told after the end', () => {
  const { clock, told, watch } = watched(0);
  clock.setTimeout(() => watch.stop(), 15_000);
  clock.run();
  expect(told).toHaveLength(1);
});
