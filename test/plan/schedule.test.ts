import { describe, expect, test } from 'vitest';
import { Level } from '../../src/plan/level.ts';
import { littleOfConversations, littleOfRequests } from '../../src/plan/little.ts';
import { scheduleOf, steadyRequestsPerSec } from '../../src/plan/schedule.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { turnRecord } from '../record/sample.ts';

function sent(userId: number, turn: number, atMs: number, endMs = atMs): TurnRecord {
  return turnRecord({ userId, turn, turns: 2, intendedMs: atMs, sentMs: atMs, endMs });
}

function level(...changes: [atMs: number, value: number][]): Level {
  const made = new Level();
  for (const [atMs, value] of changes) made.set(atMs, value);
  return made;
}

describe('a level', () => {
  const steps = level([100, 2], [300, 4], [300, 1], [500, 0]);

  test.each([
    // from, to -> mean over time
    [100, 500, (2 * 200 + 1 * 200) / 400],
    [0, 100, 0],
    [200, 400, 1.5],
    [500, 900, 0],
  ])('from %i to %i ms is %d on average', (startMs, endMs, mean) => {
    expect(steps.mean({ startMs, endMs })).toBe(mean);
  });

  test('what lasts for no time is no peak', () => {
    expect(steps.peak({ startMs: 0, endMs: 1000 })).toBe(2);
    expect(steps.peak({ startMs: 300, endMs: 1000 })).toBe(1);
  });

  test('there is no mean over no time', () => {
    expect(steps.mean({ startMs: 200, endMs: 200 })).toBeUndefined();
  });
});

describe('a schedule', () => {
  const none = { conversations: level(), blocks: level() };

  test.each([
    // span s -> width s, rows
    [16, 1, 16],
    [17, 2, 9],
    [26.5, 2, 14],
    [353, 50, 8],
    [3600, 500, 8],
    [0.8, 0.05, 16],
  ])('of %d s has rows of %d s, %i of them', (spanSec, widthSec, rows) => {
    const made = scheduleOf([], none, { startMs: 250, endMs: 250 + spanSec * 1000 });
    expect(made).toHaveLength(rows);
    expect(made[0]).toMatchObject({ fromMs: 0, toMs: expect.closeTo(widthSec * 1000, 6) });
    expect(made.at(-1)!.toMs).toBeCloseTo(spanSec * 1000, 6);
  });

  test('every request that falls due is in one row, at its own time', () => {
    const records = [0, 999, 1000, 2500, 3999.9].map((ms, user) => sent(user, user % 2, 500 + ms));
    const rows = scheduleOf(records, none, { startMs: 500, endMs: 4500 });
    const perRow = rows.filter(({ requests }) => requests > 0);
    expect(perRow.map(({ fromMs, requests, arrivals }) => [fromMs, requests, arrivals])).toEqual([
      [0, 1, 1],
      [500, 1, 0],
      [1000, 1, 1],
      [2500, 1, 0],
      [3500, 1, 1],
    ]);
    expect(perRow[0]!.requestsPerSec).toBe(2);
  });

  test('in the last instant counts what was sent, not what the end cut off', () => {
    const cut = turnRecord({ status: 'unsent', intendedMs: 4000 });
    const { sentMs: _, ...unsent } = cut;
    const within = { startMs: 0, endMs: 4000 };
    expect(scheduleOf([unsent], none, within).at(-1)!.requests).toBe(0);
    expect(scheduleOf([sent(1, 0, 4000)], none, within).at(-1)!.requests).toBe(1);
  });

  test('of no time is empty', () => {
    expect(scheduleOf([sent(1, 0, 0)], none, { startMs: 0, endMs: 0 })).toEqual([]);
  });

  test('the steady rate is that of the middle half', () => {
    const records = [0, 100, 200, 1500, 2500, 2900, 3000, 3900].map((ms) => sent(1, 0, ms));
    expect(steadyRequestsPerSec(records, { startMs: 0, endMs: 4000 })).toBe(1.5);
  });
});

describe("Little's law", () => {
  test('holds exactly for requests that begin and end within the time', () => {
    const records = [sent(1, 0, 0, 400), sent(2, 0, 300, 500), sent(3, 0, 900, 1000)];
    const law = littleOfRequests(records, 0.7, { startMs: 0, endMs: 1000 })!;
    expect(law).toMatchObject({ perSec: 3, counted: 0.7 });
    expect(law.meanSec).toBeCloseTo(0.7 / 3, 12);
    expect(law.residualShare).toBeCloseTo(0, 12);
  });

  test('of conversations counts those begun and leaves a residual for those found or cut', () => {
    const records = [
      sent(1, 0, 0),
      sent(1, 1, 2000, 2000),
      // Found in the middle of its conversation: its stay is not known.
      sent(9, 1, 1000, 1000),
      // Not at its end yet.
      sent(2, 0, 3000),
    ];
    const live = level([0, 2], [1000, 1], [2000, 0], [3000, 1]);
    const law = littleOfConversations(records, live, { startMs: 0, endMs: 4000 })!;
    expect(law).toMatchObject({ perSec: 0.5, meanSec: 2, expected: 1, counted: 1 });
    expect(law.residualShare).toBe(0);
  });

  test('says nothing of no time, and nothing where none has ended', () => {
    const live = level([0, 1]);
    expect(littleOfConversations([sent(1, 0, 0)], live, { startMs: 0, endMs: 10 })).toBeUndefined();
    expect(littleOfRequests([sent(1, 0, 0)], 0, { startMs: 0, endMs: 0 })).toBeUndefined();
  });
});
