import { deviation, mean } from 'd3-array';
import { describe, expect, test } from 'vitest';
import { gapTiming, multiRoundScenario } from '../../src/dialects/multi-round-qa/scenario.ts';
import { offeredLoad } from '../../src/population/offered-load.ts';
import { processOf } from '../../src/population/processes.ts';
import { rampUpArrivals } from '../../src/population/ramp-up.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { gapFlags, lagFlags } from '../support/flags.ts';
import { playVirtual } from '../support/play-virtual.ts';

const SMALL = { numUsers: 10, numRounds: 5, qps: 0.5 };

function arrivalsUntil(scenario: ReturnType<typeof parseScenario>, untilMs: number): number[] {
  const due: number[] = [];
  const load = offeredLoad(scenario);
  if (load.loop === 'closed') throw new Error('expected an open loop');
  for (;;) {
    const { value, done } = load.arrivals.next();
    if (done || value.dueMs > untilMs) return due;
    due.push(value.dueMs);
  }
}

describe("multi-round-qa's arrival models", () => {
  test('M-1 the gap model has G, U and S', () => {
    expect(gapTiming(gapFlags(SMALL))).toEqual({
      gapSec: 20,
      joinEverySec: 8,
      aliveSec: 80,
      offeredQps: 0.625,
    });
  });

  test('M-2 users found in mid-conversation: question numbers and first launches', () => {
    const scenario = parseScenario(multiRoundScenario(gapFlags(SMALL)));
    const found = rampUpArrivals(scenario).toSorted((a, b) => a.userId - b.userId);
    expect(found.map((arrival) => arrival.startTurn)).toEqual([5, 4, 4, 3, 3, 3, 2, 2, 1, 1]);

    const { records } = playVirtual({
      ...multiRoundScenario(gapFlags(SMALL)),
      stop: { afterSec: 100 },
    });
    const first = new Map<number, number>();
    for (const record of records) {
      if (record.status === 'ok' && !first.has(record.userId)) {
        first.set(record.userId, record.intendedMs! / 1000);
      }
    }
    const launches = [...first].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
    expect(launches.slice(0, 6)).toEqual([
      [11, 0],
      [4, 4],
      [9, 4],
      [2, 8],
      [7, 8],
      [12, 8],
    ]);
    const sent = new Map<number, number>();
    for (const { userId, status } of records) {
      if (status === 'ok') sent.set(userId, (sent.get(userId) ?? 0) + 1);
    }
    const counts = Array.from({ length: 12 }, (_, i) => sent.get(i + 1) ?? 0);
    expect(counts).toEqual([0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  test.each([
    // users, rounds, qps, strict -> requests per second
    [10, 5, 0.5, false, 0.625],
    [10, 5, 0.5, true, 0.5],
    [15, 20, 0.5, false, 0.5 * (20 / 19)],
    [10, 2, 2, false, 4],
    [10, 2, 2, true, 2],
  ])(
    'M-3 %i users, %i rounds, %d QPS, strict %s: %d requests/s',
    (numUsers, numRounds, qps, strictQps, expected) => {
      const flags = gapFlags({ numUsers, numRounds, qps, strictQps });
      const { aliveSec } = gapTiming(flags);
      const afterSec = 12 * Math.max(aliveSec, 40);
      const { records } = playVirtual({ ...multiRoundScenario(flags), stop: { afterSec } });
      const sent = records.filter((record) => record.sentMs !== undefined).length;
      // One conversation more or less at the edges.
      expect(Math.abs(sent - expected * afterSec)).toBeLessThanOrEqual(2 * numRounds);
    },
  );

  test('M-4 without ramp-up users join one per U from time 0', () => {
    const scenario = parseScenario(multiRoundScenario(gapFlags({ ...SMALL, rampUp: false })));
    expect(arrivalsUntil(scenario, 40_000)).toEqual([0, 8000, 16000, 24000, 32000, 40000]);
    expect(rampUpArrivals(scenario)).toEqual([]);
  });

  test.each([
    ['synthesised', 2 * 3 + 1],
    ['cold', 1],
  ] as const)(
    'M-5 a user found at question 4 with %s history sends %i messages first',
    (rampUpHistory, expected) => {
      const { transport } = playVirtual({
        ...multiRoundScenario(gapFlags({ ...SMALL, rampUpHistory })),
        stop: { afterSec: 30 },
      });
      const first = transport.sent.find((request) => request.userId === 4)!;
      expect(first.turn).toBe(3);
      const spoken = first.messages.filter((message) => message.role !== 'system');
      expect(spoken).toHaveLength(expected);
    },
  );

  test.each([true, false])(
    'M-6 a slow engine with strict concurrent users %s',
    (strictConcurrentUsers) => {
      const { records } = playVirtual(
        {
          ...multiRoundScenario(gapFlags({ ...SMALL, strictConcurrentUsers })),
          stop: { afterSec: 600 },
        },
        () => ({ ttftMs: 60_000 }),
      );
      const active = mostActive(records);
      if (strictConcurrentUsers) expect(active).toBeLessThanOrEqual(10);
      else expect(active).toBeGreaterThan(20);
    },
  );

  test('M-7 the fork: lognormal gaps with sigma 2 and mean R/QPS, the same for the same seed', () => {
    const input = multiRoundScenario(lagFlags({ userLag: 1, numRounds: 10, qps: 0.5 }));
    const gaps = (seed: number): number[] => {
      const due = arrivalsUntil(parseScenario({ ...input, seed }), 20 * 30_000 * 1000);
      return due.slice(1).map((ms, i) => (ms - due[i]!) / 1000);
    };
    expect(gaps(1).slice(0, 50)).toEqual(gaps(1).slice(0, 50));
    expect(gaps(1).slice(0, 50)).not.toEqual(gaps(2).slice(0, 50));
    const logs = gaps(3).map(Math.log);
    expect(logs.length).toBeGreaterThan(10_000);
    expect(deviation(logs)).toBeCloseTo(2, 1);
    expect(mean(logs)).toBeCloseTo(Math.log(20) - 2, 1);
    const { arrivals } = parseScenario(input).population;
    expect(processOf(arrivals).gapCv).toBeCloseTo(7.32, 2);
  });

  test.each([
    ['constant', {}, 0],
    ['poisson', {}, 1],
    ['gamma', { cv: 2 }, 2],
    ['gamma', { cv: 0.5 }, 0.5],
  ] as const)('M-7 %s gaps %o have their mean and CV', (process, rest, cv) => {
    const scenario = parseScenario({
      population: { arrivals: { process, usersPerSec: 2, ...rest } },
    });
    const due = arrivalsUntil(scenario, 20_000 * 1000);
    const gaps = due.slice(1).map((ms, i) => ms - due[i]!);
    expect(mean(gaps)! / 500).toBeCloseTo(1, 1);
    expect(deviation(gaps)! / mean(gaps)!).toBeCloseTo(cv, 1);
  });

  test('M-8 the fork: a user thinks for the lag from the end of each answer', () => {
    const { records } = playVirtual({
      ...multiRoundScenario(lagFlags({ userLag: 7, numRounds: 4, qps: 1 })),
      stop: { afterSec: 200 },
    });
    const one = records.filter((record) => record.userId === 1);
    expect(one).toHaveLength(4);
    for (const [i, record] of one.slice(1).entries()) {
      expect(record.sentMs! - one[i]!.endMs!).toBeCloseTo(7000, 3);
    }
  });

  test('M-9 one round honours the QPS', () => {
    const { records } = playVirtual({
      ...multiRoundScenario(gapFlags({ numUsers: 10, numRounds: 1, qps: 0.5 })),
      stop: { afterSec: 60 },
    });
    const sent = records.filter((record) => record.sentMs !== undefined);
    expect(sent.length).toBeGreaterThanOrEqual(29);
    expect(sent.length).toBeLessThanOrEqual(31);
  });

  test('M-10 a slow engine: the lag is told, and the lateness is in the record', () => {
    const { records, lags } = playVirtual(
      { ...multiRoundScenario(gapFlags({ ...SMALL, rampUp: false })), stop: { afterSec: 200 } },
      () => ({ ttftMs: 30_000 }),
    );
    expect(lags.length).toBeGreaterThan(5);
    expect(lags[0]).toEqual({ userId: 1, lagMs: expect.closeTo(10_020, 0) });
    const second = records.find((record) => record.userId === 1 && record.turn === 1)!;
    expect(second.sentMs! - second.intendedMs!).toBeCloseTo(10_020, 0);
    // The generator itself was on time: it is the engine that was late.
    expect(second.sentMs! - second.readyMs!).toBeCloseTo(0, 6);
  });

  test('M-13 the first user has the id after --init-user-id', () => {
    const { transport } = playVirtual({
      ...multiRoundScenario(gapFlags({ ...SMALL, initUserId: 400, rampUp: false })),
      stop: { afterSec: 20 },
    });
    expect(transport.sent.map((request) => request.userId)).toEqual([401, 402, 403]);
  });

  test('M-26 warm-up requests use no id of the run, unless asked', () => {
    const { records } = playVirtual({
      ...multiRoundScenario(gapFlags({ ...SMALL, warmup: true })),
      stop: { afterSec: 50 },
    });
    const ids = (phase: string) =>
      new Set(records.filter((record) => record.phase === phase).map((record) => record.userId));
    expect(ids('warmup').size).toBe(10);
    for (const id of ids('warmup')) expect(ids('measure').has(id)).toBe(false);

    const same = playVirtual({
      population: { users: 3, firstUserId: 5 },
      warmup: { users: 2, rounds: 1, sameUsers: true },
    });
    const warmed = same.records.filter((record) => record.phase === 'warmup');
    expect(warmed.map((record) => record.userId)).toEqual([5, 6]);
  });

  test('M-70 the same seed gives the same schedule', () => {
    const play = (seed: number) =>
      playVirtual({
        ...multiRoundScenario(lagFlags({ userLag: 1, numRounds: 3, qps: 2 })),
        seed,
        stop: { afterSec: 120 },
      }).records.map(({ userId, turn, intendedMs, status }) => [userId, turn, intendedMs, status]);
    expect(play(4)).toEqual(play(4));
    expect(play(4)).not.toEqual(play(5));
  });
});

/** Most conversations that had a request sent and another, or its end, still to come. */
function mostActive(
  records: readonly { userId: number; intendedMs?: number; sentMs?: number; endMs?: number }[],
): number {
  const spans = new Map<number, [number, number]>();
  for (const { userId, sentMs, endMs } of records) {
    if (sentMs === undefined || endMs === undefined) continue;
    const [from, to] = spans.get(userId) ?? [Infinity, -Infinity];
    spans.set(userId, [Math.min(from, sentMs), Math.max(to, endMs)]);
  }
  const changes = [...spans.values()].flatMap(([from, to]) => [
    [from, 1] as const,
    [to, -1] as const,
  ]);
  changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let active = 0;
  let most = 0;
  for (const [, change] of changes) most = Math.max(most, (active += change));
  return most;
}
