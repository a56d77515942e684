import { type ActorRefFrom, forwardTo, setup } from 'xstate';
import { UNSENT } from '../record/record.ts';
import { forksOf, type MakeUser } from './forks.ts';
import { initialState, type UserInput, type UserState } from './state.ts';
import type { Ending, TurnEvent } from './turn-table.ts';
import { Turns } from './turns.ts';
import { recordForksUnsent, recordUnsentFrom } from './unsent.ts';
import type { World } from './world.ts';

export type UserEvent =
  /** Finish the request in flight, start no other. */
  | { type: 'run.draining' }
  /** Stop at once. */
  | { type: 'run.cancelled' }
  /** The answer has begun sub-agents. */
  | { type: 'turns.forked' }
  /** All of them. */
  | { type: 'forks.ended'; endMs: number }
  | { type: `turns.${Ending}` }
  | { type: 'turns.broken'; error: unknown };

interface Conversing {
  readonly state: UserState;
  readonly turns: Turns;
}

export type UserMachine = ReturnType<typeof userMachine>;
export type UserActor = ActorRefFrom<UserMachine>;

/**
 * One simulated user: waits until a turn is due, sends it, thinks, until the conversation is over. Here is what
 * happens a few times a conversation; what happens every turn is the table that it drives, `turn-table.ts`.
 * Built once per run; every user is the root of an actor system of its own (a shared system costs
 * O(users) per spawn and per stop, and its users would share their fate).
 */
export function userMachine(world: World, makeUser: MakeUser = noForks) {
  const { idle } = world;
  return setup({
    types: {} as { context: Conversing; events: UserEvent; input: UserInput },
    actors: { forks: forksOf(world, makeUser) },
    actions: {
      startTurns: ({ context: { turns } }) => turns.start(),
      tellTurns: ({ context: { turns }, event }) => turns.tell(event.type as TurnEvent),
      goOn: ({ context: { turns }, event }) => {
        if (event.type === 'forks.ended') turns.forksEnded(event.endMs);
      },
      breakDown: ({ event }) => {
        if (event.type === 'turns.broken') throw event.error;
      },
      recordUnsent: ({ context }, params: { reason: string; fromNext: boolean }) => {
        const { session, turn } = context.state;
        const { reason, fromNext } = params;
        // What this turn was not answered to begin.
        const tried = fromNext ? session.turn(turn) : undefined;
        if (tried) recordForksUnsent(world, tried, reason);
        const intendedMs = fromNext ? undefined : context.state.intendedMs;
        recordUnsentFrom(world, session, turn + (fromNext ? 1 : 0), { reason, intendedMs });
      },
    },
  }).createMachine({
    id: 'user',
    context: ({ input, self }) => {
      const state = initialState(input, idle?.skippedMs);
      const turns = new Turns(world, state, {
        onForks: () => self.send({ type: 'turns.forked' }),
        onEnd: (ending) => self.send({ type: `turns.${ending}` }),
        onBug: (error) => self.send({ type: 'turns.broken', error }),
      });
      return { state, turns };
    },
    initial: 'conversing',
    entry: 'startTurns',
    on: {
      'turns.finished': '.finished',
      'turns.abandoned': '.abandoned',
      'turns.stopped': '.stopped',
      'turns.interrupted': '.interrupted',
      'turns.broken': { actions: 'breakDown' },
    },
    states: {
      conversing: {
        on: {
          'turns.forked': 'forking',
          'run.draining': { actions: 'tellTurns' },
          'run.cancelled': { actions: 'tellTurns' },
        },
      },
      // The next turn waits for their ends.
      forking: {
        invoke: { id: 'forks', src: 'forks', input: ({ context }) => context.state },
        on: {
          'forks.ended': { target: 'conversing', actions: 'goOn' },
          'run.draining': { actions: forwardTo('forks') },
          'run.cancelled': { actions: forwardTo('forks') },
        },
      },
      finished: { type: 'final' },
      abandoned: {
        type: 'final',
        entry: { type: 'recordUnsent', params: { reason: UNSENT.abandoned, fromNext: true } },
      },
      stopped: {
        type: 'final',
        entry: { type: 'recordUnsent', params: { reason: UNSENT.stopped, fromNext: false } },
      },
      interrupted: {
        type: 'final',
        entry: { type: 'recordUnsent', params: { reason: UNSENT.stopped, fromNext: true } },
      },
    },
  });
}

/** Where no conversation has any. */
function noForks(): never {
  throw new Error('a sub-agent that nobody makes');
}
