import { describe, expect, test } from 'vitest';
import { UNSENT } from '../../src/record/record.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { assertOneRecordEach, playVirtual } from '../support/play-virtual.ts';
import type { Script } from '../support/scripted-transport.ts';
import { smallWorkload } from '../support/small-workload.ts';

interface Clients {
  readonly clients?: number;
  readonly conversationsEach?: number;
  readonly choice?: 'newestFirst' | 'random';
  readonly leave?: 'alone' | 'together';
}

function scenarioOf(settings: Clients, users: number, rest: ScenarioInput = {}): ScenarioInput {
  const arrivals = {
    process: 'clients' as const,
    clients: 1,
    conversationsEach: 1,
    ...settings,
  };
  return {
    pacing: { mode: 'think', pauseSec: 0 },
    ...rest,
    population: { arrivals, users, firstUserId: 0, ...rest.population },
  };
}

/** Conversations of so many turns, user by user. */
function workloadOf(input: ScenarioInput, rounds: readonly number[]): Workload {
  const small = smallWorkload(parseScenario({ ...input, conversation: { rounds: 9 } }));
  return {
    ...small,
    conversation(userId) {
      const conversation = small.conversation(userId);
      return { ...conversation, turns: conversation.turns.slice(0, rounds[userId]) };
    },
  };
}

function played(
  settings: Clients,
  rounds: readonly number[],
  { rest, script }: { rest?: ScenarioInput; script?: (userId: number) => Script } = {},
) {
  const input = scenarioOf(settings, rounds.length, rest);
  const { transport, records, end } = playVirtual(input, ({ userId }) => script?.(userId) ?? {}, {
    workload: workloadOf(input, rounds),
  });
  assertOneRecordEach(records);
  return {
    sent: transport.sent.map(({ userId, turn }) => `${userId}.${turn}`).join(' '),
    atMs: transport.sent.map(({ atMs }) => atMs),
    inFlightMax: transport.inFlightMax,
    records,
    stoppedBy: end.stoppedBy,
  };
}

describe('a client', () => {
  test('plays one conversation after the other', () => {
    const { sent, stoppedBy } = played({}, [2, 1, 2]);
    expect(sent).toBe('0.0 0.1 1.0 2.0 2.1');
    expect(stoppedBy).toBe('exhausted');
  });

  test('asks the newest first, then the one that waits longest, and takes another before it chooses', () => {
    const { sent } = played({ conversationsEach: 3 }, [3, 3, 2, 1, 9, 9]);
    expect(sent).toBe('2.0 1.0 0.0 2.1 3.0 4.0 1.1 0.1 4.1 1.2 5.0 0.2');
  });

  test('leaves when there is none to take, and drops those it has', () => {
    const { sent, records } = played({ conversationsEach: 2 }, [2, 2, 3]);
    expect(sent).toBe('1.0 0.0 1.1 2.0 0.1');
    const unsent = records.filter(({ status }) => status === 'unsent');
    expect(unsent.map(({ userId, turn, reason }) => [userId, turn, reason])).toEqual([
      [2, 1, UNSENT.stopped],
      [2, 2, UNSENT.stopped],
    ]);
  });

  test('goes on with the others where one has failed', () => {
    const fail = { status: 'http', message: 'no', httpStatus: 500 } as const;
    const script = (userId: number): Script => (userId === 1 ? { fail } : {});
    const { sent } = played({ conversationsEach: 2 }, [2, 2, 1, 1], { script });
    expect(sent).toBe('1.0 2.0 3.0');
  });

  test('chooses as Python’s random.choice does after random.seed of seed + client + 1', () => {
    // [random.choice(range(3)) for _ in range(12)] after random.seed(2): 0 0 0 1 0 2 2 1 1 2 0 2
    const { sent } = played({ conversationsEach: 3, choice: 'random' }, [9, 9, 9], {
      rest: { seed: 1, stop: { afterRequests: 12 } },
    });
    expect(sent).toBe('0.0 0.1 0.2 1.0 0.3 2.0 2.1 1.1 1.2 2.2 0.4 2.3');
  });

  test('rests after each request, for as long as numpy draws it', () => {
    const pace = { mode: 'rest', gapSec: { distribution: 'exponential', mean: 0.05 } } as const;
    const { atMs } = played({}, [3], { rest: { seed: 1, population: { pace } } });
    const latencyMs = 50 + 2 * 10;
    const restsMs = atMs.slice(1).map((ms, i) => ms - atMs[i]! - latencyMs);
    // numpy.random.RandomState(2).exponential(50, 2)
    expect(restsMs[0]).toBeCloseTo(28.63459944, 6);
    expect(restsMs[1]).toBeCloseTo(1.31341204, 6);
  });

  test('is due to begin another conversation when it has rested', () => {
    const pace = { mode: 'rest', gapSec: 0.05 } as const;
    const { records } = played({}, [1, 1, 1], { rest: { population: { pace } } });
    expect(records.map(({ intendedMs }) => intendedMs)).toEqual([0, 120, 240]);
    expect(records.map(({ sentMs }) => sentMs)).toEqual([0, 120, 240]);
  });

  test('waits for a conversation that pauses, where all do', () => {
    const { atMs } = played({}, [2], { rest: { pacing: { mode: 'think', pauseSec: 3 } } });
    expect(atMs).toEqual([0, 3070]);
  });
});

describe('several clients', () => {
  test('have one request in flight each, and take from one queue', () => {
    const { sent, inFlightMax } = played({ clients: 2, conversationsEach: 2 }, [2, 2, 2, 2, 1, 1], {
      // The second client is the slower one.
      script: (userId) => ({ ttftMs: userId === 2 || userId === 3 ? 400 : 50 }),
    });
    expect(inFlightMax).toBe(2);
    expect(sent.split(' ').slice(0, 6)).toEqual(['1.0', '3.0', '0.0', '1.1', '4.0', '5.0']);
  });

  const uneven = { clients: 2, conversationsEach: 1 };
  const slow = (userId: number): Script => ({ ttftMs: userId === 1 ? 500 : 50 });

  test('leave each alone: the others play on until they find none either', () => {
    const { sent, stoppedBy } = played({ ...uneven, leave: 'alone' }, [1, 3], { script: slow });
    expect(sent).toBe('0.0 1.0 1.1 1.2');
    expect(stoppedBy).toBe('exhausted');
  });

  test('leave together: the others finish the request that is in flight', () => {
    const { sent, records } = played({ ...uneven, leave: 'together' }, [1, 3], { script: slow });
    expect(sent).toBe('0.0 1.0');
    expect(records.map(({ status }) => status).sort()).toEqual(['ok', 'ok', 'unsent', 'unsent']);
  });

  test('share the requests out, and leave after their whole share', () => {
    const stop = { afterRequests: 7 };
    const { sent, stoppedBy } = played({ clients: 2, leave: 'alone' }, [9, 9, 9], {
      rest: { stop },
    });
    expect(sent.split(' ')).toHaveLength(6);
    expect(stoppedBy).toBe('requests');
  });

  test('can be interrupted: every planned request has its record', () => {
    const input = scenarioOf({ clients: 2, conversationsEach: 2 }, 8, {
      conversation: { rounds: 3 },
    });
    for (const how of ['interrupt', 'abort'] as const) {
      const { records, end } = playVirtual(input, undefined, {
        meanwhile: (clock, run) => clock.setTimeout(() => run[how](), 130),
      });
      assertOneRecordEach(records);
      expect(end.stoppedBy).toBe('interrupt');
    }
  });
});

describe('a warm-up of first turns', () => {
  const rest = { warmup: { firstTurns: true } } as const;

  test('has its own clients with one conversation each; the run takes them in the order of its answers', () => {
    const { sent } = played({ clients: 2, conversationsEach: 1 }, [2, 2, 2, 2], {
      rest,
      script: (userId) => ({ ttftMs: userId === 0 ? 250 : 50 }),
    });
    expect(sent).toBe('0.0 1.0 2.0 3.0 1.1 2.1 3.1 0.1');
  });

  test('leaves out of the run what it has played to the end, and what has failed', () => {
    const fail = { status: 'http', message: 'no', httpStatus: 500 } as const;
    const { sent, records } = played({}, [1, 2, 2], {
      rest,
      script: (userId) => (userId === 2 ? { fail } : {}),
    });
    expect(sent).toBe('0.0 1.0 2.0 1.1');
    expect(records.at(-1)).toMatchObject({ userId: 2, turn: 1, reason: UNSENT.warmupFailed });
  });
});

test.each([
  [{ maxInFlight: 2 }, 'population.maxInFlight'],
  [{ maxActive: 2 }, 'population.maxActive'],
  [{ turnOrder: 'random' }, 'population.turnOrder'],
  [{ pace: { mode: 'rate', gapSec: 1 } }, 'population.pace.mode'],
  [{ stopWhenExhausted: true }, 'population.stopWhenExhausted'],
  [{ partition: { index: 0, of: 2 } }, 'population.arrivals.process'],
] as const)('not with %o', (population, field) => {
  expect(() => parseScenario(scenarioOf({}, 3, { population }))).toThrow(`${field}: `);
});
