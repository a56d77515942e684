import { describe, expect, test } from 'vitest';
import type { Clock, VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { generatorDelayMs, latenessMs } from '../../src/stats/latency.ts';
import { playVirtual } from '../support/play-virtual.ts';
import { smallWorkload } from '../support/small-workload.ts';

/** This process does nothing from `fromMs` to `untilMs`: timers that are due then fire at its end. */
const stoppedFor =
  (fromMs: number, untilMs: number) =>
  (clock: VirtualClock): Clock => ({
    name: 'virtual',
    originEpochMs: 0,
    now: () => clock.now(),
    hold: (work) => clock.hold(work),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    setTimeout(fn, delayMs) {
      const dueMs = clock.now() + delayMs;
      const isLate = dueMs > fromMs && dueMs < untilMs;
      return clock.setTimeout(fn, isLate ? untilMs - clock.now() : delayMs);
    },
  });

const rounded = (ms: number | undefined): number => Math.round(ms! * 1000) / 1000;
const of = (records: readonly TurnRecord[], userId: number, turn = 0): TurnRecord =>
  records.find((record) => record.userId === userId && record.turn === turn)!;

test('users who were due while this process was stopped were due then, and their delay is its own', () => {
  const { records } = playVirtual(
    {
      conversation: { rounds: 1 },
      population: { users: 10, arrivals: { process: 'constant', usersPerSec: 1 } },
    },
    undefined,
    { seen: stoppedFor(2500, 5500) },
  );
  const delays = records.map((record) => [rounded(record.intendedMs), generatorDelayMs(record)]);
  expect(delays).toEqual([
    ...[0, 1000, 2000].map((dueMs) => [dueMs, 0]),
    ...[3000, 4000, 5000].map((dueMs) => [dueMs, 5500 - dueMs]),
    ...[6000, 7000, 8000, 9000].map((dueMs) => [dueMs, 0]),
  ]);
});

test('a turn that was due after a pause, too', () => {
  const { records } = playVirtual(
    { conversation: { rounds: 2 }, pacing: { pauseSec: 2 }, population: { users: 1 } },
    undefined,
    { seen: stoppedFor(1000, 4000) },
  );
  const second = of(records, 1, 1);
  expect(rounded(second.intendedMs)).toBe(2070);
  expect(rounded(generatorDelayMs(second))).toBe(1930);
});

describe('in a closed loop whose users take time to make', () => {
  const MAKING_MS = 5;
  const slowly = (input: ScenarioInput) => {
    let busyMs = 0;
    const workload = smallWorkload(parseScenario(input));
    return playVirtual(input, undefined, {
      workload: {
        ...workload,
        conversation(userId) {
          busyMs += MAKING_MS;
          return workload.conversation(userId);
        },
      },
      seen: (clock) => ({
        name: 'virtual',
        originEpochMs: 0,
        now: () => clock.now() + busyMs,
        hold: (work) => clock.hold(work),
        clearTimeout: (timer) => clock.clearTimeout(timer),
        setTimeout: (fn, delayMs) => clock.setTimeout(fn, delayMs),
      }),
    }).records;
  };
  const CLOSED = { process: 'closed', concurrency: 4 } as const;

  test('all who begin are due at the beginning, and late by what was made before them', () => {
    const records = slowly({
      conversation: { rounds: 1 },
      population: { users: 4, arrivals: CLOSED },
    });
    expect(records.map(({ intendedMs }) => intendedMs)).toEqual([0, 0, 0, 0]);
    const delays = [5, 10, 15, 20];
    expect(records.map(latenessMs)).toEqual(delays);
    expect(records.map(generatorDelayMs)).toEqual(delays);
  });

  test('who follows is due when the one before has ended, not when it is made', () => {
    const records = slowly({
      conversation: { rounds: 1 },
      population: { users: 2, arrivals: { process: 'closed', concurrency: 1 } },
    });
    expect(of(records, 2).intendedMs).toBe(of(records, 1).endMs);
    expect(generatorDelayMs(of(records, 2))).toBe(MAKING_MS);
  });

  test('clients who take from a queue are due at the beginning as well', () => {
    const clients = { process: 'clients', clients: 3, conversationsEach: 1 } as const;
    const records = slowly({
      conversation: { rounds: 1 },
      population: { users: 3, arrivals: clients },
    });
    expect(records.map(({ intendedMs }) => intendedMs)).toEqual([0, 0, 0]);
  });
});

describe('what is not the doing of this client', () => {
  test('a cap on live conversations, until there was room', () => {
    const { records } = playVirtual({
      conversation: { rounds: 1 },
      population: {
        ...{ users: 2, maxActive: 1 },
        arrivals: { process: 'constant', usersPerSec: 100 },
      },
    });
    const second = of(records, 2);
    expect([second.intendedMs, second.readyMs]).toEqual([10, of(records, 1).endMs]);
    expect(generatorDelayMs(second)).toBe(0);
  });

  test('a cap on requests, until one had ended', () => {
    const { records } = playVirtual({
      conversation: { rounds: 1 },
      population: {
        ...{ users: 2, maxInFlight: 1 },
        arrivals: { process: 'constant', usersPerSec: 100 },
      },
    });
    expect(of(records, 2).readyMs).toBe(of(records, 1).endMs);
  });

  test('but the cap does not excuse what comes late when there is room again', () => {
    const { records } = playVirtual(
      {
        conversation: { rounds: 1 },
        population: {
          ...{ users: 3, maxInFlight: 1 },
          arrivals: { process: 'constant', usersPerSec: 5 },
        },
      },
      undefined,
      { seen: stoppedFor(150, 700) },
    );
    // Due at 200 and at 400; the first of them is sent at 700, and keeps the other from being sent until 770.
    expect([of(records, 2), of(records, 3)].map(({ sentMs }) => rounded(sentMs))).toEqual([
      700, 770,
    ]);
    expect(of(records, 2).readyMs).toBe(200);
    expect(rounded(of(records, 3).readyMs)).toBe(770);
  });

  test('an earlier answer that came later than the turn was due', () => {
    const { records } = playVirtual({
      conversation: { rounds: 2 },
      pacing: { mode: 'interval', pauseSec: 0.01 },
      population: { users: 1 },
    });
    const second = of(records, 1, 1);
    expect([second.intendedMs, second.readyMs]).toEqual([10, 70]);
  });

  test('the pace of requests, until the next was due by it', () => {
    const { records } = playVirtual(
      {
        conversation: { rounds: 1 },
        population: {
          ...{ users: 3, pace: { mode: 'rate', gapSec: 1 } },
          arrivals: { process: 'constant', usersPerSec: 100 },
        },
      },
      undefined,
      { seen: stoppedFor(900, 1300) },
    );
    const ready = records.map(({ readyMs }) => rounded(readyMs));
    expect(ready).toEqual([0, 1000, 2000]);
    expect(records.map((record) => rounded(generatorDelayMs(record)))).toEqual([0, 300, 0]);
  });
});
