import { describe, expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import type { Arrival } from '../../src/population/arrival.ts';
import { leftArrivals, openArrivals } from '../../src/population/arrivals.ts';
import { type OpenProcess, processOf } from '../../src/population/processes.ts';
import { rampUpArrivals } from '../../src/population/ramp-up.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';

const COUNT = 30;

function arrivalsOf(
  population: ScenarioInput['population'],
  { played, traceMs, ...input }: { played?: number[]; traceMs?: number[] } & ScenarioInput = {},
): Arrival[] {
  const scenario = parseScenario({ ...input, population });
  const process = processOf(scenario.population.arrivals) as OpenProcess;
  const timetable = { process, traceMs };
  const all = played
    ? leftArrivals(scenario, timetable, new Set(played))
    : openArrivals(scenario, timetable);
  const found: Arrival[] = [];
  for (const arrival of all) if (found.push(arrival) === COUNT) break;
  return found;
}

const dueMs = (arrivals: readonly Arrival[]) => arrivals.map((arrival) => arrival.dueMs);
const userIds = (arrivals: readonly Arrival[]) => arrivals.map(({ userId }) => userId);

describe('the times of arrivals', () => {
  const poisson = { process: 'poisson', usersPerSec: 4 } as const;
  const drawn = (seed: number) => {
    const rng = stream(seed, 'population', 'arrivals');
    const times = (processOf(poisson) as OpenProcess).times({ rng, traceMs: undefined });
    return Array.from({ length: COUNT }, () => times.next().value);
  };

  test("are drawn from the scenario's seed, or from their own", () => {
    const open = { firstUserId: 5, arrivals: poisson };
    const arrivals = arrivalsOf(open, { seed: 3 });
    expect(dueMs(arrivals)).toEqual(drawn(3));
    expect(userIds(arrivals)).toEqual(Array.from({ length: COUNT }, (_, i) => 5 + i));
    expect(arrivals.every(({ startTurn }) => startTurn === 0)).toBe(true);
    const own = { ...open, arrivals: { ...poisson, seed: 8 } };
    expect(dueMs(arrivalsOf(own, { seed: 3 }))).toEqual(drawn(8));
  });

  test('of a resumed run are those of a fresh start, for the users who are left', () => {
    const left = arrivalsOf({ users: 6, arrivals: poisson }, { seed: 3, played: [1, 2, 5] });
    expect(userIds(left)).toEqual([3, 4, 6]);
    expect(dueMs(left)).toEqual(drawn(3).slice(0, 3));
  });

  test('of a trace stay as far apart as they were, the first of those left at 0', () => {
    const trace = { arrivals: { process: 'trace' } } as const;
    const traceMs = [100, 200, 400, 800];
    expect(dueMs(arrivalsOf(trace, { traceMs }))).toEqual([0, 100, 300, 700]);
    const left = arrivalsOf(trace, { traceMs, played: [1, 2] });
    expect(left).toEqual([
      { userId: 3, dueMs: 0, startTurn: 0 },
      { userId: 4, dueMs: 400, startTurn: 0 },
    ]);
  });
});

describe('users found in mid-conversation', () => {
  const scenario = (users: number, joinEverySec: number, pauseSec: number, rounds: number) => ({
    conversation: { rounds },
    pacing: { mode: 'interval', pauseSec } as const,
    population: {
      ...{ rampUp: { users, joinEverySec }, firstUserId: 1 },
      arrivals: { process: 'constant', usersPerSec: 1 } as const,
    },
  });

  test.each([
    [3, 1, 2, 5],
    [5, 1, 2, 3],
    [4, 0.7, 2.1, 4],
    [3, 2, 2, 9],
    [6, 0.1, 0.3, 4],
    [2, 1, 2, 1],
    [3, 5, 1, 16],
  ])('%d users, joining every %d s, with a turn every %d s, %d in all', (...settings) => {
    const [users, joinEverySec, pauseSec, rounds] = settings;
    const found = rampUpArrivals(parseScenario(scenario(...settings)));
    expect(found.map(({ userId }) => userId).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: users }, (_, i) => i + 1),
    );
    for (const { userId, startTurn, dueMs } of found) {
      // Tenths of seconds, which are whole: it has been there so long, and asked at 0, pause, 2 pauses ...
      const [there, pause] = [(users - userId + 1) * joinEverySec * 10, pauseSec * 10].map(
        Math.round,
      );
      expect(startTurn).toBe(Math.floor(there! / pause!) + 1);
      if (startTurn >= rounds) expect(dueMs).toBe(Infinity);
      else expect(dueMs).toBeCloseTo((startTurn * pause! - there!) * 100, 6);
    }
    expect(found.map(({ dueMs }) => dueMs)).toEqual(
      found.map(({ dueMs }) => dueMs).toSorted((a, b) => (a === b ? 0 : a - b)),
    );
  });

  test('of one time come in the order of their ids, and nobody is found without a ramp-up', () => {
    const alike = rampUpArrivals(parseScenario(scenario(4, 2, 2, 9)));
    expect(alike.map(({ userId }) => userId)).toEqual([1, 2, 3, 4]);
    expect(rampUpArrivals(parseScenario({}))).toEqual([]);
  });

  test('come among those that join, before them at the same time, and without those that are over', () => {
    const { population, ...rest } = scenario(4, 1, 2, 3);
    // Four have been there for 4, 3, 2 and 1 s: the first would ask its fourth question next.
    const arrivals = arrivalsOf({ ...population, users: 7 }, rest);
    expect(arrivals).toEqual([
      { userId: 5, dueMs: 0, startTurn: 0 },
      { userId: 2, dueMs: 1000, startTurn: 2 },
      { userId: 4, dueMs: 1000, startTurn: 1 },
      { userId: 6, dueMs: 1000, startTurn: 0 },
      { userId: 3, dueMs: 2000, startTurn: 2 },
      { userId: 7, dueMs: 2000, startTurn: 0 },
    ]);
    const few = arrivalsOf({ ...population, users: 4 }, rest);
    expect(userIds(few)).toEqual([2, 4, 3]);
  });
});
