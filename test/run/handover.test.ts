import { expect, test } from 'vitest';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';

const CLOSED = {
  conversation: { rounds: 3 },
  pacing: { pauseSec: 0.5 },
  population: { users: 12, arrivals: { process: 'closed', concurrency: 4 } },
} as const;

test('the load of the run goes on from its warm-up: the same requests at the same times, some of them not measured', () => {
  const whole = playVirtual(CLOSED);
  const { records, end } = playVirtual({ ...CLOSED, warmup: { durationSec: 1 } });
  assertOneRecordEach(records);
  expect(end.measureStartMs).toBe(1000);
  const unmarked = (all: typeof records) => all.map(({ phase: _, ...record }) => record);
  expect(unmarked(records)).toEqual(unmarked(whole.records));
  for (const { phase, intendedMs } of records) {
    expect(phase).toBe(intendedMs! < 1000 ? 'warmup' : 'measure');
  }
  const phasesOf = (user: number) =>
    records.filter(({ userId }) => userId === user).map(({ phase }) => phase);
  expect(phasesOf(1)).toEqual(['warmup', 'warmup', 'measure']);
});

test('it comes after the other warm-up, and stops count from when measuring began', () => {
  const { records, end } = playVirtual({
    ...CLOSED,
    warmup: { requests: 2, durationSec: 1 },
    stop: { afterRequests: 5 },
  });
  expect(end.stoppedBy).toBe('requests');
  expect(end.measureStartMs).toBeGreaterThan(1000);
  const sent = records.filter(({ phase, attempts }) => phase === 'measure' && attempts > 0);
  expect(sent).toHaveLength(5);
  const timed = playVirtual({ ...CLOSED, warmup: { durationSec: 1 }, stop: { afterSec: 1 } });
  expect(timed.end).toMatchObject({ stoppedBy: 'duration', drainStartMs: 2000 });
});

test('a run that is over before it was to be measured has measured nothing', () => {
  const { records, end } = playVirtual({ ...CLOSED, warmup: { durationSec: 1000 } });
  expect(end.stoppedBy).toBe('users');
  expect(end.measureStartMs).toBe(end.measureEndMs);
  expect(new Set(records.map(({ phase }) => phase))).toEqual(new Set(['warmup']));
});

test('interrupted in it, what was in flight ends and the rest is recorded', () => {
  const { records, end } = playVirtual({ ...CLOSED, warmup: { durationSec: 10 } }, undefined, {
    meanwhile: (clock, run) => clock.setTimeout(() => run.interrupt(), 300),
  });
  assertOneRecordEach(records);
  expect(end.stoppedBy).toBe('interrupt');
  expect(new Set(records.map(({ phase }) => phase))).toEqual(new Set(['warmup']));
});
