import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startUpCount } from '../../../src/stats/time/mser.ts';
import { fullWindow, settledWindow } from '../../../src/stats/time/steady-window.ts';
import type { PlacedPart } from '../../../src/stats/time/timeline.ts';
import { turnRecord } from '../../record/sample.ts';
import { queueSeries } from '../series.ts';

interface Turn {
  readonly userId: number;
  readonly dueMs: number;
  readonly ms: number;
  readonly isWarmup: boolean;
}

const aTurn = fc.record({
  userId: fc.integer({ min: 0, max: 5 }),
  dueMs: fc.integer({ min: 0, max: 40 }),
  ms: fc.integer({ min: 1, max: 12 }),
  isWarmup: fc.boolean(),
});

const parts = fc.array(
  fc.record({
    turns: fc.array(aTurn, { minLength: 1, maxLength: 8 }),
    offsetMs: fc.integer({ min: -5, max: 30 }),
  }),
  { minLength: 1, maxLength: 3 },
);

const placedOf = (all: readonly { turns: readonly Turn[]; offsetMs: number }[]): PlacedPart[] =>
  all.map(({ turns, offsetMs }, part) => {
    const records = turns.map(({ userId, dueMs, ms, isWarmup }) =>
      turnRecord({
        // Partitions have conversations of their own.
        userId: 10 * part + userId,
        intendedMs: dueMs,
        endMs: dueMs + ms,
        phase: isWarmup ? 'warmup' : 'measure',
      }),
    );
    return { part: { records }, offsetMs } as unknown as PlacedPart;
  });

/** Millisecond by millisecond: the first longest stretch with so many conversations under way. */
function byCounting(
  placed: readonly PlacedPart[],
  { cap, from, to, isHandedOver }: { cap: number; from: number; to: number; isHandedOver: boolean },
) {
  const spans = new Map<number, [number, number]>();
  for (const { part, offsetMs } of placed) {
    for (const { userId, phase, intendedMs, endMs } of part.records) {
      if (phase === 'warmup' && !isHandedOver) continue;
      const [start, end] = spans.get(userId) ?? [Infinity, -Infinity];
      spans.set(userId, [
        Math.min(start, intendedMs! + offsetMs),
        Math.max(end, endMs! + offsetMs),
      ]);
    }
  }
  const need = Math.max(1, Math.ceil(0.95 * Math.min(cap, spans.size) - 1e-9));
  let best: { startMs: number; endMs: number } | undefined;
  let since: number | undefined;
  for (let ms = -10; ms <= 100; ms++) {
    const live = [...spans.values()].filter(([start, end]) => start <= ms && ms < end).length;
    if (live >= need && ms >= from && ms < to) since ??= ms;
    else {
      if (since !== undefined && ms - since > (best ? best.endMs - best.startMs : 0)) {
        best = { startMs: since, endMs: ms };
      }
      since = undefined;
    }
  }
  return { need, best };
}

test('the longest stretch with 95 % of the cap under way is the one that is found by counting', () => {
  const settings = fc.record({
    cap: fc.integer({ min: 1, max: 8 }),
    from: fc.integer({ min: 0, max: 10 }),
    to: fc.integer({ min: 20, max: 80 }),
    isHandedOver: fc.boolean(),
  });
  fc.assert(
    fc.property(parts, settings, (all, { cap, from, to, isHandedOver }) => {
      const placed = placedOf(all);
      const offering = { startMs: from, endMs: to };
      const window = fullWindow(placed, { cap, offering, isHandedOver });
      const { need, best } = byCounting(placed, { cap, from, to, isHandedOver });
      if (!best) {
        expect(window).toBe(`fewer than ${need} of ${cap} conversations were ever under way`);
      } else {
        expect(window).toEqual({ ...best, rule: { name: 'full', conversations: need, cap } });
      }
    }),
  );
});

test('a twentieth of the cap may be missing, and no more', () => {
  const live = (count: number) =>
    placedOf([
      {
        turns: Array.from({ length: count }, (_, userId) => ({
          userId,
          dueMs: userId < 20 ? 0 : 50,
          ms: 40,
          isWarmup: false,
        })),
        offsetMs: 0,
      },
    ]);
  const offering = { startMs: 0, endMs: 1000 };
  const needs = (cap: number) => {
    const window = fullWindow(live(40), { cap, offering, isHandedOver: false });
    return typeof window === 'string' ? window : window.rule;
  };
  expect(needs(20)).toEqual({ name: 'full', conversations: 19, cap: 20 });
  expect(needs(21)).toEqual({ name: 'full', conversations: 20, cap: 21 });
  expect(needs(22)).toBe('fewer than 21 of 22 conversations were ever under way');
});

/** Requests that came one a millisecond, with these times to the first token, and ended 1 ms after it. */
const openLoop = (ttftMs: readonly number[], offsetMs = 0): PlacedPart[] => {
  const records = ttftMs.map((ms, dueMs) =>
    turnRecord({
      userId: dueMs,
      intendedMs: dueMs,
      sentMs: dueMs,
      firstTokenMs: dueMs + ms,
      lastTokenMs: dueMs + ms,
      endMs: dueMs + ms + 1,
    }),
  );
  return [{ part: { records }, offsetMs } as unknown as PlacedPart];
};

test('an open loop is settled from the end of the last request that MSER-5 cuts off', () => {
  const settled = queueSeries(600, 0.3, 2).values.map((value) => 5 + value);
  const series = [...Array.from({ length: 50 }, (_, i) => 400 - 6 * i), ...settled];
  const cut = startUpCount(Float64Array.from(series))!;
  expect(cut).toBeGreaterThan(40);
  for (const offsetMs of [0, 7000]) {
    const arriving = { startMs: offsetMs, endMs: offsetMs + 649, isFinished: true };
    expect(settledWindow(openLoop(series, offsetMs), arriving)).toEqual({
      startMs: offsetMs + (cut - 1) + series[cut - 1]! + 1,
      endMs: arriving.endMs,
      rule: { name: 'mser5', by: 'ttftFromIntendedMs' },
    });
  }
});

test('nothing to cut: settled from the first arrival; what came after the last is in no series', () => {
  const series = Array.from({ length: 400 }, (_, i) => 5 + (i % 5));
  const arriving = { startMs: 0, endMs: 399, isFinished: true };
  const window = settledWindow(openLoop(series), arriving);
  expect(window).toMatchObject({ startMs: 0, endMs: 399 });
  const longer = [...series, ...Array<number>(300).fill(5000)];
  expect(settledWindow(openLoop(longer), arriving)).toEqual(window);
});

test.each([
  ['all conversations came at once', [1, 2, 3], 0],
  ['fewer than 100 requests were completed while conversations came', Array(99).fill(5), 99],
  ['latencies were still changing in the second half (MSER-5)', series(100), 100],
  ['no request was completed', [], 10],
])('there is none: %s', (why, ttftMs, endMs) => {
  const arriving = { startMs: 0, endMs, isFinished: true };
  expect(settledWindow(openLoop(ttftMs as number[]), arriving)).toBe(why);
});

function series(count: number): number[] {
  return Array.from({ length: count }, (_, i) => 10 * i);
}
