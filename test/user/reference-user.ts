import { type ActorRefFrom, assign, forwardTo, fromCallback, setup } from 'xstate';
import { UNSENT } from '../../src/record/record.ts';
import { forksOf, type MakeUser } from '../../src/user/forks.ts';
import { type Attempt, attempt, type Outcome } from '../../src/user/request.ts';
import { keptAnswer, type Session } from '../../src/user/session.ts';
import {
  initialState,
  nextTurn,
  noteOutcome,
  retryWaitMs,
  type UserInput,
  type UserState,
} from '../../src/user/state.ts';
import { endedRecord } from '../../src/user/turn-record.ts';
import { recordForksUnsent, recordUnsentFrom } from '../../src/user/unsent.ts';
import type { World } from '../../src/user/world.ts';

export type UserEvent =
  | { type: 'slot.granted' }
  | { type: 'request.ended'; outcome: Outcome }
  /** All sub-agents that the answer began. */
  | { type: 'forks.ended'; endMs: number }
  /** What the user waits for is due so much sooner. */
  | { type: 'time.skipped'; byMs: number }
  /** Finish the request in flight, start no other. */
  | { type: 'run.draining' }
  /** Stop at once. */
  | { type: 'run.cancelled' };

export type UserMachine = ReturnType<typeof userMachine>;
export type UserActor = ActorRefFrom<UserMachine>;

/**
 * The user as one state chart, every turn an affair of XState: what the table of src/user/turn-table.ts is compared
 * with, state for state and call for call.
 */
export function userMachine(world: World, makeUser: MakeUser = noForks) {
  const { clock, gate, habits, idle } = world;
  const retries = habits.failure.retries ?? (habits.failure.policy === 'retry' ? 3 : 0);

  const slot = fromCallback<UserEvent, UserState>(({ input, sendBack }) =>
    gate.wait(
      () => sendBack({ type: 'slot.granted' }),
      input.turn === 0,
      input.session.conversation.userId,
      false,
    ),
  );

  function waitsFor(actor: { send(event: UserEvent): void }, dueMs: number): void {
    idle?.waits(actor, { dueMs, sooner: (byMs) => actor.send({ type: 'time.skipped', byMs }) });
  }

  const running = new Map<Session, Attempt>();

  return setup({
    types: {} as { context: UserState; events: UserEvent; input: UserInput },
    actors: { slot, forks: forksOf(world, makeUser) },
    delays: {
      untilDue: ({ context }) => Math.max(0, context.intendedMs - clock.now()),
      untilRetry: ({ context }) => Math.max(0, context.retryAtMs - clock.now()),
    },
    guards: {
      isOver: ({ context }) => context.session.turn(context.turn) === undefined,
      isDraining: () => gate.isClosed,
      isDueWithRoom: ({ context }) => context.intendedMs <= clock.now() && gate.hasRoom,
      isDue: ({ context }) => context.intendedMs <= clock.now(),
      hasRoom: () => gate.hasRoom,
      isOk: ({ event }) => event.type === 'request.ended' && event.outcome.status === 'ok',
      isOkAndAlone: ({ context, event }) =>
        event.type === 'request.ended' &&
        event.outcome.status === 'ok' &&
        !context.session.turn(context.turn)?.forks?.length,
      mayRetry: ({ context }) => context.attempts <= retries && !gate.isClosed,
      isCancelled: ({ event }) =>
        event.type === 'request.ended' && event.outcome.status === 'cancelled',
      isSkipping: () => habits.failure.policy === 'skip',
    },
    actions: {
      takeSlot: () => gate.take(),
      leaveSlot: ({ event }) =>
        gate.leave(event.type === 'request.ended' ? event.outcome.endMs : undefined),
      // Not within an assign, which runs before the user is started and known to its population.
      countTurn: ({ context }) => {
        const isMeasured = world.phaseAt(context.intendedMs) === 'measure';
        if (context.attempts === 0 && isMeasured) gate.countRequest();
      },
      startAttempt: assign(({ context }) => {
        const readyMs = context.attempts
          ? clock.now()
          : Math.max(context.intendedMs, context.freeMs, gate.openSinceMs);
        return { attempts: context.attempts + 1, readyMs };
      }),
      startRequest: ({ context: { session, turn, attempts }, self }) => {
        const started = attempt(world, session, turn, attempts, (outcome) => {
          running.delete(session);
          self.send({ type: 'request.ended', outcome });
        });
        if (!started.isOver) running.set(session, started);
      },
      cancelRequest: ({ context }) => running.get(context.session)?.cancel(),
      noteOutcome: assign(({ context, event }) => {
        if (event.type !== 'request.ended') return {};
        const { outcome } = event;
        const next = { ...context };
        noteOutcome(next, outcome);
        return next;
      }),
      planRetry: assign(({ context }) => ({
        retryAtMs: clock.now() + retryWaitMs(world, context),
      })),
      recordTurn: ({ context: { session, turn, outcome }, context }) => {
        world.record(endedRecord(world, context), () => {
          const { reasoning, content, fields } = outcome!;
          const messages = session.messagesFor(session.turn(turn)!);
          // A server's own count of the output has the reasoning in it, too.
          const tools = fields ? JSON.stringify(fields) : '';
          return { messages, answer: reasoning + content + tools, content };
        });
      },
      recordUnsent: ({ context }, params: { reason: string; fromNext: boolean }) => {
        const { session, turn } = context;
        const { reason, fromNext } = params;
        // What this turn was not answered to begin.
        const tried = fromNext ? session.turn(turn) : undefined;
        if (tried) recordForksUnsent(world, tried, reason);
        const intendedMs = fromNext ? undefined : context.intendedMs;
        recordUnsentFrom(world, session, turn + (fromNext ? 1 : 0), { reason, intendedMs });
      },
      leaveOut: ({ context: { session, turn: index } }) => {
        const turn = session.turn(index)!;
        recordForksUnsent(world, turn, UNSENT.notBegun);
        session.failed(turn);
      },
      waitForDue: ({ context, self }) => waitsFor(self, context.intendedMs),
      waitForRetry: ({ context, self }) => waitsFor(self, context.retryAtMs),
      waitNoMore: ({ self }) => idle?.forget(self),
      dueSooner: assign(({ context, event }) =>
        event.type === 'time.skipped'
          ? {
              intendedMs: context.intendedMs - event.byMs,
              skippedMs: idle?.skippedMs ?? 0,
              // Never free after the time for which it is due.
              freeMs: Math.min(context.freeMs, clock.now()),
            }
          : {},
      ),
      retrySooner: assign(({ context, event }) =>
        event.type === 'time.skipped' ? { retryAtMs: context.retryAtMs - event.byMs } : {},
      ),
      keepAnswer: ({ context }) => {
        const turn = context.session.turn(context.turn)!;
        context.session.answered(turn, keptAnswer(habits, turn, context.outcome!));
      },
      planNextTurn: assign(({ context, event }) => {
        const next = { ...context };
        nextTurn(world, next, event.type === 'forks.ended' ? event.endMs : undefined);
        return next;
      }),
    },
  }).createMachine({
    id: 'user',
    context: ({ input }) => initialState(input, idle?.skippedMs),
    initial: 'deciding',
    states: {
      // Apart from thinking, whose timer would be set and cancelled for every turn that is due at once.
      deciding: {
        always: [
          { guard: 'isOver', target: 'finished' },
          { guard: 'isDraining', target: 'stopped' },
          {
            guard: 'isDueWithRoom',
            target: 'requesting',
            actions: ['takeSlot', 'countTurn', 'startAttempt'],
          },
          { guard: 'isDue', target: 'queueing' },
          { target: 'thinking' },
        ],
      },
      thinking: {
        // Only where somebody listens: these are of every turn.
        entry: idle ? 'waitForDue' : [],
        exit: idle ? 'waitNoMore' : [],
        after: {
          untilDue: [
            {
              guard: 'hasRoom',
              target: 'requesting',
              actions: ['takeSlot', 'countTurn', 'startAttempt'],
            },
            { target: 'queueing' },
          ],
        },
        on: {
          'time.skipped': { target: 'deciding', actions: 'dueSooner' },
          'run.draining': 'stopped',
          'run.cancelled': 'stopped',
        },
      },
      queueing: {
        invoke: { src: 'slot', input: ({ context }) => context },
        on: {
          'slot.granted': { target: 'requesting', actions: ['countTurn', 'startAttempt'] },
          'run.draining': 'stopped',
          'run.cancelled': 'stopped',
        },
      },
      requesting: {
        entry: 'startRequest',
        exit: 'leaveSlot',
        on: {
          'request.ended': [
            {
              guard: 'isOkAndAlone',
              target: 'deciding',
              actions: ['noteOutcome', 'recordTurn', 'keepAnswer', 'planNextTurn'],
            },
            {
              guard: 'isOk',
              target: 'forking',
              actions: ['noteOutcome', 'recordTurn', 'keepAnswer'],
            },
            {
              guard: 'isCancelled',
              target: 'interrupted',
              actions: ['noteOutcome', 'recordTurn'],
            },
            {
              guard: 'mayRetry',
              target: 'backingOff',
              actions: ['noteOutcome', 'planRetry'],
            },
            {
              guard: 'isSkipping',
              target: 'deciding',
              actions: ['noteOutcome', 'recordTurn', 'leaveOut', 'planNextTurn'],
            },
            { target: 'abandoned', actions: ['noteOutcome', 'recordTurn'] },
          ],
          'run.cancelled': { actions: 'cancelRequest' },
        },
      },
      // The answer has begun sub-agents; the next turn waits for their ends.
      forking: {
        invoke: { id: 'forks', src: 'forks', input: ({ context }) => context },
        on: {
          'forks.ended': { target: 'deciding', actions: 'planNextTurn' },
          'run.draining': { actions: forwardTo('forks') },
          'run.cancelled': { actions: forwardTo('forks') },
        },
      },
      backingOff: {
        entry: idle ? 'waitForRetry' : [],
        exit: idle ? 'waitNoMore' : [],
        after: {
          untilRetry: [
            {
              guard: 'hasRoom',
              target: 'requesting',
              actions: ['takeSlot', 'countTurn', 'startAttempt'],
            },
            { target: 'queueing' },
          ],
        },
        on: {
          'time.skipped': { target: 'backingOff', actions: 'retrySooner', reenter: true },
          'run.draining': { target: 'abandoned', actions: 'recordTurn' },
          'run.cancelled': { target: 'abandoned', actions: 'recordTurn' },
        },
      },
      finished: { type: 'final' },
      abandoned: {
        type: 'final',
        entry: {
          type: 'recordUnsent',
          params: { reason: UNSENT.abandoned, fromNext: true },
        },
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
