import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { type IntervalSummary, Intervals } from '../../src/stats/interval.ts';
import { turnRecord } from '../record/sample.ts';

test('an interval counts what ended in it; rates are over its own length', () => {
  const intervals = new Intervals(0);
  intervals.cut(1000, 2);
  intervals.add(turnRecord({ inputTokens: 100, outputTokens: 20 }));
  intervals.add(turnRecord({ status: 'timeout' }));
  intervals.add(turnRecord({ status: 'cancelled' }));
  const { sentMs: _, ...unsent } = turnRecord({ status: 'unsent' });
  intervals.add(unsent as TurnRecord);
  expect(intervals.cut(3000, 4)).toEqual({
    startMs: 1000,
    endMs: 3000,
    launched: 5,
    inFlight: 4,
    completed: 1,
    failed: 1,
    cancelled: 1,
    unsent: 1,
    launchedPerSec: 2.5,
    completedPerSec: 0.5,
    inputTokensPerSec: 50,
    outputTokensPerSec: 10,
    meanTtftMs: 100,
    meanTpotMs: 95 / 19,
    meanGenerationTokensPerSec: 20_000 / 95,
  });
});

test('M-25 an idle interval has zero rates and no means', () => {
  const intervals = new Intervals(0);
  intervals.add(turnRecord());
  intervals.cut(30_000, 0);
  const idle = intervals.cut(60_000, 0);
  expect(idle).toMatchObject({
    completed: 0,
    launched: 0,
    completedPerSec: 0,
    outputTokensPerSec: 0,
  });
  expect(idle).not.toHaveProperty('meanTtftMs');
  expect(idle).not.toHaveProperty('meanGenerationTokensPerSec');
});

test('M-25 no interval has a negative, infinite or NaN number, whatever ended in it', () => {
  const odd = fc.record({
    status: fc.constantFrom('ok', 'http', 'unsent'),
    outputTokens: fc.option(fc.nat(3), { nil: undefined }),
    firstTokenMs: fc.option(fc.constant(1001), { nil: undefined }),
    endMs: fc.constantFrom(1001, 1200),
    chunks: fc.nat(2),
  });
  fc.assert(
    fc.property(
      fc.array(odd),
      fc.nat(5),
      fc.constantFrom(-5, 0, 10, 1e6),
      (list, inFlight, nowMs) => {
        const intervals = new Intervals(0);
        for (const fields of list) intervals.add(turnRecord(fields as Partial<TurnRecord>));
        const summary: IntervalSummary = intervals.cut(nowMs, inFlight);
        for (const value of Object.values(summary)) {
          expect(Number.isFinite(value) && value >= 0).toBe(true);
        }
      },
    ),
  );
});
