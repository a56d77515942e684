import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentPlayer } from '../../src/population/agents.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { AgentWorkload } from '../../src/workload/agents/agents.ts';
import { Message } from '../../src/workload/message.ts';
import { playVirtual } from '../support/play-virtual.ts';
import type { Script } from '../support/scripted-transport.ts';
import { tries } from '../support/tries.ts';

// Every run of these tests is played by playVirtual, which checks the run's own account: planned === recorded.

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const upTo = (max: number) => fc.integer({ min: 1, max });

const arrivals = fc.oneof(
  fc.record({
    process: fc.constantFrom('constant', 'poisson'),
    usersPerSec: fc.constantFrom(1, 10),
  }),
  fc.record({ process: fc.constant('closed'), concurrency: upTo(4) }),
  fc.constant({ process: 'allAtOnce' }),
);

const capped = fc.record({
  arrivals,
  users: upTo(8),
  maxActive: maybe(upTo(3)),
  maxInFlight: maybe(upTo(3)),
  turnOrder: fc.constantFrom('fair', 'random', 'newestFirst'),
  stopWhenExhausted: fc.boolean(),
  pace: maybe(
    fc.record({ mode: fc.constantFrom('rate', 'rest'), gapSec: fc.constantFrom(0.01, 0.3) }),
  ),
});

/** Who let in their own requests. */
const clients = fc.record({
  arrivals: fc.record({
    process: fc.constant('clients'),
    clients: upTo(3),
    conversationsEach: upTo(3),
    choice: fc.constantFrom('newestFirst', 'random'),
    leave: fc.constantFrom('alone', 'together'),
  }),
  users: upTo(8),
  pace: maybe(fc.record({ mode: fc.constant('rest'), gapSec: fc.constantFrom(0.01, 0.3) })),
});

const population = fc.oneof({ weight: 2, arbitrary: capped }, { weight: 1, arbitrary: clients });

const warmup = fc.oneof(
  fc.constant({}),
  fc.record({
    requests: upTo(3),
    users: upTo(3),
    usersPerSec: fc.constant(5),
    rounds: maybe(upTo(2)),
  }),
  fc.record({ users: upTo(3), sameUsers: fc.constant(true) }),
  fc.constant({ firstTurns: true }),
);

const scenario = fc.record({
  population,
  warmup,
  conversation: fc.record({
    rounds: fc.constantFrom(1, 3, { distribution: 'uniform', min: 1, max: 4 }),
  }),
  pacing: fc.record({
    mode: fc.constantFrom('think', 'interval'),
    pauseSec: fc.constantFrom(0, 0.05, 1),
  }),
  failure: fc.record({
    policy: fc.constantFrom('end', 'skip', 'retry'),
    retries: maybe(upTo(2)),
    backoffSec: fc.constant(0.5),
  }),
  timeouts: fc.constant({ firstTokenSec: 1.5 }),
  stop: fc.record({
    afterSec: maybe(fc.constantFrom(0.3, 2)),
    afterRequests: maybe(upTo(9)),
    drainTimeoutSec: fc.constantFrom(0, 0.05, 5),
  }),
}) as fc.Arbitrary<ScenarioInput>;

/** What the engine does with each request, over and over; and when the run is told to stop. */
const engine = fc.array(fc.constantFrom('ok', 'ok', 'ok', 'slow', 'refused', 'silent'), {
  minLength: 1,
  maxLength: 12,
});
const SCRIPTS: Record<string, Script> = {
  ok: {},
  slow: { ttftMs: 900 },
  refused: { fail: { status: 'http', message: 'no' } },
  silent: { silent: true },
};
const stops = fc.record({
  interruptMs: maybe(fc.integer({ min: 0, max: 3000 })),
  abortMs: maybe(fc.integer({ min: 0, max: 3000 })),
});

type Stops = { interruptMs?: number | undefined; abortMs?: number | undefined };

function options({ interruptMs, abortMs }: Stops): Parameters<typeof playVirtual>[2] {
  return {
    meanwhile(clock, run) {
      const at = (ms: number | undefined, stop: () => void): void => {
        if (ms === undefined) return;
        clock.setTimeout(() => run.state().phase !== 'done' && stop(), ms);
      };
      at(interruptMs, () => run.interrupt());
      at(abortMs, () => run.abort());
    },
  };
}

/** Turns by phase and user, in the order of their numbers. */
function turnsOf(records: readonly TurnRecord[]): { turns: number[]; of: TurnRecord }[] {
  const users = new Map<string, TurnRecord[]>();
  for (const record of records) {
    const key = `${record.phase}/${record.userId}`;
    users.set(key, [...(users.get(key) ?? []), record]);
  }
  return [...users.values()].map((own) => ({
    turns: own.map(({ turn }) => turn).sort((a, b) => a - b),
    of: own[0]!,
  }));
}

const from = (first: number, end: number) =>
  Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);

test('whenever a run is stopped: of who arrived, each turn has one record', () => {
  fc.assert(
    fc.property(scenario, engine, stops, (input, answers, when) => {
      const script = (_: unknown, index: number) => SCRIPTS[answers[index % answers.length]!]!;
      const { records } = playVirtual(input, script, options(when));
      const firstMeasured = input.warmup!.firstTurns ? 1 : 0;
      for (const { turns, of } of turnsOf(records)) {
        const first = of.phase === 'measure' ? firstMeasured : 0;
        expect(turns).toEqual(from(first, of.turns));
      }
    }),
    { numRuns: tries(200) },
  );
});

test('users whose first turn failed in the warm-up keep nobody waiting who comes after them', () => {
  const { records } = playVirtual(
    {
      conversation: { rounds: 2 },
      warmup: { firstTurns: true },
      population: { users: 5, maxActive: 1, arrivals: { process: 'allAtOnce' } },
    },
    (_, index) => ([1, 2, 3].includes(index) ? SCRIPTS['refused']! : {}),
  );
  const measured = records.filter(({ phase }) => phase === 'measure');
  expect(measured.map(({ userId, status }) => [userId, status])).toEqual([
    ...[
      [1, 'ok'],
      [2, 'unsent'],
      [3, 'unsent'],
      [4, 'unsent'],
      [5, 'ok'],
    ],
  ]);
});

test('users never let in owe what was not asked in the warm-up', () => {
  const { records } = playVirtual({
    conversation: { rounds: 3 },
    warmup: { firstTurns: true },
    population: { users: 2, maxActive: 1, arrivals: { process: 'allAtOnce' } },
    stop: { afterRequests: 1 },
  });
  const unsent = records.filter(({ userId, phase }) => userId === 2 && phase === 'measure');
  expect(unsent.map(({ turn, status }) => [turn, status])).toEqual([
    [1, 'unsent'],
    [2, 'unsent'],
  ]);
});

test('users found in mid-conversation owe the turns that are left', () => {
  const rampUp = fc.record({ users: upTo(4), joinEverySec: fc.constantFrom(0.2, 0.7) });
  fc.assert(
    fc.property(rampUp, maybe(upTo(2)), engine, stops, (found, maxActive, answers, when) => {
      const { records } = playVirtual(
        {
          conversation: { rounds: 4 },
          pacing: { mode: 'interval', pauseSec: 1 },
          population: { users: 6, maxActive, rampUp: found },
          timeouts: { firstTokenSec: 1.5 },
          stop: { drainTimeoutSec: 1 },
        },
        (_, index) => SCRIPTS[answers[index % answers.length]!]!,
        options(when),
      );
      for (const { turns, of } of turnsOf(records)) {
        expect(turns).toEqual(from(turns[0]!, of.turns));
        if (of.userId > found.users) expect(turns[0]).toBe(0);
      }
    }),
    { numRuns: tries(80) },
  );
});

/** Users of three rounds of one to three agents, each of whom is shown all that was said before. */
function agents(users: number): AgentWorkload {
  const user = (userId: number) => ({
    userId,
    rounds: from(0, 3).map((round) =>
      from(0, 1 + ((userId + round) % 3)).map((place) => ({
        agent: { id: place, place },
        inputFrom: [],
        turn: {
          message: new Message('user', `user ${userId}, round ${round}, agent ${place}`),
          messageTokens: 4,
          pauseMs: 100,
          maxTokens: 3,
          minTokens: undefined,
          recordedAnswer: undefined,
        },
      })),
    ),
  });
  return {
    user,
    rounds: () => 3,
    conversations: users,
    conversation: (userId) => ({
      ...{ userId, opening: [], sharedTokens: 0 },
      turns: [user(userId).rounds[0]![0]!.turn],
      standInAnswer: () => new Message('assistant', ''),
    }),
    digest: 'agents',
    notes: [],
  };
}

test('of agents, each request of each round has one record', () => {
  const policy = fc.constantFrom('end', 'skip', 'retry');
  fc.assert(
    fc.property(policy, maybe(upTo(2)), engine, stops, (how, maxActive, answers, when) => {
      const workload = agents(5);
      const { records } = playVirtual(
        {
          population: { users: 5, maxActive, arrivals: { process: 'constant', usersPerSec: 4 } },
          failure: { policy: how as 'end', retries: 1 },
          timeouts: { firstTokenSec: 1.5 },
          stop: { drainTimeoutSec: 0.5 },
          warmup: { requests: 2 },
        },
        (_, index) => SCRIPTS[answers[index % answers.length]!]!,
        { ...options(when), workload, player: (world) => agentPlayer(world, workload) },
      );
      const measured = records.filter(({ phase }) => phase === 'measure');
      const made = measured
        .map(({ userId, turn, agent }) => `${userId}/${turn}/${agent!.id}`)
        .sort();
      const users = new Set(measured.map(({ userId }) => userId));
      const owed = [...users].flatMap((userId) =>
        workload
          .user(userId)
          .rounds.flatMap((round, turn) =>
            round.map(({ agent }) => `${userId}/${turn}/${agent.id}`),
          ),
      );
      expect(made).toEqual(owed.sort());
    }),
    { numRuns: tries(80) },
  );
});
