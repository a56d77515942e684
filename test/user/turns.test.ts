import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { VirtualClock } from '../../src/base/clock.ts';
import { stream } from '../../src/base/random.ts';
import { worldOf } from '../../src/run/phase-world.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { Gate } from '../../src/user/gate.ts';
import { Idle } from '../../src/user/idle.ts';
import { Session } from '../../src/user/session.ts';
import type { UserInput } from '../../src/user/state.ts';
import { userMachine } from '../../src/user/user.ts';
import type { World } from '../../src/user/world.ts';
import type { Conversation } from '../../src/workload/conversation.ts';
import { Message } from '../../src/workload/message.ts';
import { type Script, ScriptedTransport } from '../support/scripted-transport.ts';
import { userMachine as referenceMachine } from './reference-user.ts';

interface Case {
  readonly users: readonly { readonly atMs: number; readonly pausesMs: readonly number[] }[];
  readonly scripts: readonly Script[];
  readonly policy: 'end' | 'skip' | 'retry';
  readonly mode: 'think' | 'interval';
  readonly cap: number;
  readonly requestsMax: number | undefined;
  readonly restMs: number | undefined;
  readonly maxIdleMs: number | undefined;
  readonly drainMs: number;
  readonly cancelMs: number;
  /** User 0's first answer begins so many sub-agents. */
  readonly forks: number;
}

const ms = (max: number) => fc.integer({ min: 0, max: max / 5 }).map((fives) => 5 * fives);

const scripts: fc.Arbitrary<Script> = fc.oneof(
  fc.record({ ttftMs: ms(60), tokens: fc.integer({ min: 1, max: 3 }), tokenMs: ms(20) }),
  ms(60).map((ttftMs) => ({
    ttftMs,
    fail: { status: 'http', message: 'full', ...(ttftMs > 30 && { retryAfterMs: 500 }) } as const,
  })),
  fc.constant({ silent: true }),
);

const cases: fc.Arbitrary<Case> = fc.record({
  users: fc.array(
    fc.record({ atMs: ms(100), pausesMs: fc.array(ms(400), { minLength: 1, maxLength: 4 }) }),
    { minLength: 1, maxLength: 5 },
  ),
  scripts: fc.array(scripts, { minLength: 1, maxLength: 8 }),
  policy: fc.constantFrom('end', 'skip', 'retry'),
  mode: fc.constantFrom('think', 'interval'),
  cap: fc.integer({ min: 1, max: 4 }),
  requestsMax: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  restMs: fc.option(ms(50), { nil: undefined }),
  maxIdleMs: fc.option(ms(100), { nil: undefined }),
  drainMs: ms(2000),
  cancelMs: ms(2000),
  forks: fc.integer({ min: 0, max: 2 }),
});

const FIRST_FORK = 100;

function conversationOf({ users, forks }: Case, userId: number): Conversation {
  const isFork = userId >= FIRST_FORK;
  const pausesMs = isFork ? [10, 20] : users[userId]!.pausesMs;
  const ids = Array.from({ length: forks }, (_, index) => FIRST_FORK + index);
  return {
    userId,
    opening: [],
    sharedTokens: 2,
    turns: pausesMs.map((pauseMs, turn) => ({
      message: new Message('user', `user ${userId}, turn ${turn}`),
      messageTokens: 4,
      pauseMs,
      maxTokens: 3,
      minTokens: undefined,
      recordedAnswer: undefined,
      ...(userId === 0 &&
        turn === 0 && { forks: ids.map((id) => ({ userId: id, turns: 2, forks: [] })) }),
    })),
    standInAnswer: () => new Message('assistant', 'an answer'),
  };
}

/** An actor of either kind: what a test asks of it. */
interface Player {
  start(): void;
  send(event: { type: 'run.draining' } | { type: 'run.cancelled' }): void;
  place(): string;
}

type Kind = (world: World) => (input: UserInput, onOver: (endMs: number) => void) => Player;

const asTable: Kind = (world) => {
  const machine = userMachine(world, make);
  return make;
  function make(input: UserInput, onOver: (endMs: number) => void): Player {
    const actor = createActor(machine, { clock: world.clock, input });
    actor.subscribe({
      complete() {
        const { outcome, freeMs } = actor.getSnapshot().context.state;
        onOver(outcome?.endMs ?? freeMs);
      },
    });
    return {
      start: () => void actor.start(),
      send: (event) => actor.send(event),
      place: () => actor.getSnapshot().context.turns.place,
    };
  }
};

const asChart: Kind = (world) => {
  const machine = referenceMachine(world, make);
  return make;
  function make(input: UserInput, onOver: (endMs: number) => void): Player {
    const actor = createActor(machine, { clock: world.clock, input });
    actor.subscribe({
      complete() {
        const { outcome, freeMs } = actor.getSnapshot().context;
        onOver(outcome?.endMs ?? freeMs);
      },
    });
    return {
      start: () => void actor.start(),
      send: (event) => actor.send(event),
      place: () => String(actor.getSnapshot().value),
    };
  }
};

/** What was done in which order, and where every user was whenever nothing was under way. */
function playedAs(kind: Kind, one: Case): string[] {
  const log: string[] = [];
  const clock = new VirtualClock();
  const scenario = parseScenario({
    seed: 1,
    pacing: { mode: one.mode },
    failure: { policy: one.policy, backoffSec: 0.1 },
    timeouts: { totalSec: 0.3 },
  });
  const transport = new ScriptedTransport(
    clock,
    ({ userId, turn, attempt = 1 }) =>
      one.scripts[(7 * userId + 3 * turn + attempt) % one.scripts.length]!,
  );
  const note = (...words: unknown[]) => void log.push(`${clock.now()} ${words.join(' ')}`);
  let idle: Idle | undefined;
  const gate = new Gate({
    clock,
    cap: one.cap,
    ...(one.requestsMax && { requestsMax: one.requestsMax }),
    onLastRequest: () => note('last request'),
    ...(one.restMs && { restMs: () => one.restMs! }),
    onIdle: () => idle?.begins(),
  });
  if (one.maxIdleMs !== undefined) {
    idle = new Idle({ clock, maxIdleMs: one.maxIdleMs, isIdle: () => gate.isIdle });
  }
  const world = {
    ...worldOf(
      {
        scenario,
        clock,
        transport,
        workload: {
          digest: '',
          notes: [],
          conversation: (userId) => conversationOf(one, userId),
        },
        record: (record, said) => note(JSON.stringify(record), JSON.stringify(said?.())),
        lagging: (userId, lagMs) => note('lag', userId, lagMs),
        idle,
      },
      gate,
      'measure',
    ),
    random: (...name: (string | number)[]) => stream('retry', ...name),
  };
  const make = kind(world);
  const players: Player[] = [];
  const live = new Set<Player>();
  one.users.forEach(({ atMs }, userId) => {
    const session = new Session(world.conversation(userId));
    const input = { session, turn: 0, intendedMs: atMs };
    const player = make(input, (endMs) => {
      live.delete(player);
      note('over', userId, endMs);
    });
    players.push(player);
    live.add(player);
    player.start();
  });
  clock.setTimeout(() => {
    gate.close();
    for (const player of [...live]) player.send({ type: 'run.draining' });
  }, one.drainMs);
  clock.setTimeout(() => {
    for (const player of [...live]) player.send({ type: 'run.cancelled' });
  }, one.drainMs + one.cancelMs);
  let places = '';
  for (let atMs = 0; atMs < 5000; atMs += 5) {
    clock.run(atMs);
    const now = players.map((player) => player.place()).join(' ');
    if (now !== places) note((places = now));
  }
  return log;
}

test('the table of a turn does as one state chart of it all does, whatever comes and when', () => {
  fc.assert(
    fc.property(cases, (one) => {
      expect(playedAs(asTable, one)).toEqual(playedAs(asChart, one));
    }),
    { numRuns: Number(process.env['TURN_RUNS'] ?? 40) },
  );
});
