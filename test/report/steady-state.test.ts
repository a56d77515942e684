import { expect, test } from 'vitest';
import { summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { footer, header, turnRecord } from '../record/sample.ts';
import { queueSeries } from '../stats/series.ts';

function summaryOf(
  population: ScenarioInput['population'],
  records: ReturnType<typeof turnRecord>[],
  end: Parameters<typeof footer>[0],
) {
  const scenario = { target: { url: 'http://x/v1' }, population };
  const part = { header: header({}, scenario), records, footer: footer(end) };
  return summarise({ parts: [part], warnings: [] });
}

/** One turn, due and sent then, with this TTFT; it ends 1 ms after. */
const turn = (userId: number, dueMs: number, ttftMs: number) => {
  const firstTokenMs = dueMs + ttftMs;
  const endMs = firstTokenMs + 1;
  return turnRecord({
    userId,
    intendedMs: dueMs,
    sentMs: dueMs,
    firstTokenMs,
    lastTokenMs: firstTokenMs,
    endMs,
  });
};

test('of a closed loop it is the time with 95 % of the conversations under way, without the burst at its start', () => {
  // Four slots; the first turns take 1000 ms each, the others 100, 200, 300 and 400 by slot.
  const records = [0, 1, 2, 3].flatMap((slot) => {
    let dueMs = 0;
    return Array.from({ length: 6 }, (_, index) => {
      const record = turn(slot + 4 * index + 1, dueMs, index === 0 ? 999 : 100 * (slot + 1) - 1);
      dueMs = record.endMs!;
      return record;
    });
  });
  records.sort((a, b) => a.endMs! - b.endMs!);
  const summaryWith = (startUp: 'apart' | 'measured') =>
    summaryOf({ arrivals: { process: 'closed', concurrency: 4, startUp }, users: 24 }, records, {
      measureStartMs: 0,
      drainStartMs: 3000,
      measureEndMs: 3000,
    });
  const { steadyState, distributions, counts, startUp, rounds } = summaryWith('apart');
  // Nor does it sit in the latencies of the whole run, unless that is asked for.
  expect(counts.completed).toBe(24);
  expect(distributions).toMatchObject({
    ttftMs: { count: 20, max: 399 },
    latenessMs: { count: 24 },
    outputTokens: { count: 24 },
  });
  expect(startUp).toMatchObject({ requests: 4, whole: { ttftMs: { count: 24, max: 999 } } });
  expect(rounds[0]).toMatchObject({ completed: 24, ttftMs: { count: 20, max: 399 } });
  const measured = summaryWith('measured');
  expect(measured.startUp).toBeUndefined();
  expect(measured.distributions.ttftMs).toEqual(startUp!.whole.ttftMs);
  // Slot 0 runs dry at 1000 + 5 * 100.
  expect(steadyState).toMatchObject({
    rule: { name: 'full', conversations: 4, cap: 4 },
    ...{ fromMs: 0, toMs: 1500, completed: 5 + 3 + 2 + 2, failed: 0 },
    // Four first turns, and 5 + 2 + 1 + 1 of the others.
    achievedPerSec: 13 / 1.5,
  });
  expect(steadyState!.distributions.ttftMs!.max).toBe(399);
});

test('a closed loop that never was full has none', () => {
  const { noSteadyState, steadyState } = summaryOf(
    { arrivals: { process: 'closed', concurrency: 4 }, users: 24 },
    [turn(1, 0, 50), turn(2, 100, 50)],
    { measureStartMs: 0, drainStartMs: 151, measureEndMs: 151 },
  );
  expect(steadyState).toBeUndefined();
  expect(noSteadyState).toBe('fewer than 2 of 4 conversations were ever under way');
});

const open = (warmupMs: number, until: number) => {
  const { values } = queueSeries(until, 0.01, 3);
  const records = values.map((value, index) =>
    turn(index + 1, index * 100, index * 100 < warmupMs ? 900 - index : 10 * value),
  );
  records.sort((a, b) => a.endMs! - b.endMs!);
  return records;
};
const POISSON = { arrivals: { process: 'poisson', usersPerSec: 10 } } as const;

test('of an open loop it is what is left after the cut, until no more conversations came', () => {
  const { steadyState } = summaryOf({ ...POISSON, users: 600 }, open(10_000, 600), {
    ...{ measureStartMs: 0, arrivalsEndMs: 50_000, drainStartMs: 70_000, measureEndMs: 70_000 },
  });
  expect(steadyState!.rule).toEqual({ name: 'mser5', by: 'ttftFromIntendedMs' });
  expect(steadyState!.fromMs).toBeGreaterThan(9_900);
  expect(steadyState!.fromMs).toBeLessThan(15_000);
  expect(steadyState!.toMs).toBe(50_000);
  expect(steadyState!.distributions.ttftMs!.max).toBeLessThan(200);
});

test.each([
  ['whose latencies change to its end', open(40_000, 600), /second half \(MSER-5\)/],
  ['of few requests', open(0, 60), /fewer than 100 requests/],
])('an open loop %s has none', (_, records, why) => {
  const { steadyState, noSteadyState } = summaryOf({ ...POISSON, users: 600 }, records, {
    ...{ measureStartMs: 0, arrivalsEndMs: 60_000, drainStartMs: 70_000, measureEndMs: 70_000 },
  });
  expect(steadyState).toBeUndefined();
  expect(noSteadyState).toMatch(why);
});
