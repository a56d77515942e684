import { expect, test } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { EngineUnreachable, Interrupted } from '../../src/base/errors.ts';
import type { Outcome } from '../../src/play/played.ts';
import type { Point } from '../../src/sessions/largest-point.ts';
import type { PointOutcome } from '../../src/sessions/points.ts';
import { searchPoints } from '../../src/sessions/search.ts';

/** An engine that holds so many sessions; `end` says how the n-th run comes out. */
async function search(holds: number, end: (count: number) => Outcome = () => 'ok', stopAfter = 99) {
  const lines: string[] = [];
  let count = 0;
  const playPoint = async ({ groups, sessions }: Point): Promise<PointOutcome> => {
    const outcome = end(++count);
    if (outcome === 'interrupted') return { outcome };
    const ttft = groups * sessions <= holds ? 50 : 500;
    const measured = { completed: 4, failed: 0, followUpTtftP95Ms: ttft, dir: `run-${count}` };
    return { outcome, point: { groups, sessions, ...measured } };
  };
  const settings = { goal: 'sessions', groupsMax: 2, sessionsMax: 4, ttftP95MsMax: 100 } as const;
  const isInterrupted = () => count >= stopAfter;
  const say = (line: string) => lines.push(line);
  const clock = new SystemClock();
  const result = await searchPoints(settings, { clock, playPoint, isInterrupted, say });
  return { ...result, lines };
}

test('plays until the largest is found, with a line a point', async () => {
  const { found, outcome, lines } = await search(3);
  expect(outcome).toBe('ok');
  expect(found.isComplete).toBe(true);
  expect(lines).toHaveLength(found.points.length);
  expect(lines[0]).toBe(
    'groups 1 x sessions 1: 4 requests, 0 failed, TTFT p95 after round 1 50.00 ms: within the bound',
  );
});

test.each<[Outcome, number]>([
  ['interrupted', 0],
  ['failed', 0],
  ['defect', 0],
  ['unreachable', 1],
])('a run that is %s ends it, and is no point', async (outcome, told) => {
  const ended = await search(3, (count) => (count === 3 ? outcome : 'ok'));
  expect(ended.outcome).toBe(outcome);
  expect(ended.found).toMatchObject({ isComplete: false, points: { length: 2 } });
  expect(ended.lines.filter((line) => line.startsWith('error: '))).toHaveLength(told);
});

test('a load under which nothing is completed is too much, and ends nothing', async () => {
  const settings = { goal: 'sessions', groupsMax: 1, sessionsMax: 4, ttftP95MsMax: 100 } as const;
  const playPoint = async ({ groups, sessions }: Point): Promise<PointOutcome> => {
    const isFine = groups * sessions <= 2;
    const measured = isFine
      ? { completed: 4, failed: 0, followUpTtftP95Ms: 50 }
      : { completed: 0, failed: 4, followUpTtftP95Ms: undefined };
    return {
      outcome: isFine ? 'ok' : 'failed',
      point: { groups, sessions, ...measured, dir: 'run' },
    };
  };
  const clock = new SystemClock();
  const surroundings = { clock, playPoint, isInterrupted: () => false, say: () => {} };
  const { found, outcome } = await searchPoints(settings, surroundings);
  expect(outcome).toBe('ok');
  expect(Math.max(...found.points.map(({ sessions }) => sessions))).toBeGreaterThan(2);
});

test('an interrupt as a point begins leaves what was found', async () => {
  let count = 0;
  const settings = { goal: 'sessions', groupsMax: 2, sessionsMax: 4, ttftP95MsMax: 100 } as const;
  const playPoint = async ({ groups, sessions }: Point): Promise<PointOutcome> => {
    if (++count === 2) throw new Interrupted();
    const measured = { completed: 4, failed: 0, followUpTtftP95Ms: 50, dir: 'run' };
    return { outcome: 'ok', point: { groups, sessions, ...measured } };
  };
  const clock = new SystemClock();
  const surroundings = { clock, playPoint, isInterrupted: () => false, say: () => {} };
  const { found, outcome } = await searchPoints(settings, surroundings);
  expect([outcome, found.points.length]).toEqual(['interrupted', 1]);
});

test('an interrupt between two points ends it, too', async () => {
  const { found, outcome } = await search(3, undefined, 2);
  expect(outcome).toBe('interrupted');
  expect(found).toMatchObject({ isComplete: false, points: { length: 2 } });
});

test('an engine that goes away leaves what was found; one that was never there is an error', async () => {
  const gone = (at: number) => (count: number) => {
    if (count === at) throw new EngineUnreachable('nobody answers');
    return 'ok' as const;
  };
  const { outcome, lines, found } = await search(3, gone(2));
  expect(outcome).toBe('unreachable');
  expect(found.points).toHaveLength(1);
  expect(lines).toContain('error: nobody answers');
  await expect(search(3, gone(1))).rejects.toThrow(EngineUnreachable);
});

test('a point whose interval has the bound in it is played again, and told if that does not help', async () => {
  const settings = { goal: 'sessions', groupsMax: 1, sessionsMax: 1, ttftP95MsMax: 100 } as const;
  const played = async (beyond: number, repeatsMax?: number) => {
    const estimate = {
      kind: 'share',
      allowed: 0.05,
      count: 300,
      effective: 300,
      beyond,
    } as const;
    const playPoint = async ({ groups, sessions }: Point): Promise<PointOutcome> => {
      const measured = { completed: 4, failed: 0, followUpTtftP95Ms: 90, dir: 'run' };
      return { outcome: 'ok', point: { groups, sessions, ...measured, estimate } };
    };
    const clock = new SystemClock();
    const surroundings = { clock, playPoint, isInterrupted: () => false, say: () => {} };
    const asked = { ...settings, ...(repeatsMax !== undefined && { repeatsMax }) };
    return (await searchPoints(asked, surroundings)).found.points;
  };
  expect(await played(0.04, 3)).toMatchObject([{ runs: 3, completed: 12, isUndecided: true }]);
  expect(await played(0.03, 6)).toMatchObject([{ runs: 2, followUpTtftP95Ms: 90 }]);
  const [one] = await played(0.04, 1);
  expect(one).toMatchObject({ completed: 4, isUndecided: true });
  expect(one).not.toHaveProperty('runs');
  // By default as often as it takes.
  expect(await played(0.03)).toMatchObject([{ runs: 2 }]);
  const [sure] = await played(0.001, 6);
  expect(sure).not.toHaveProperty('isUndecided');
});
