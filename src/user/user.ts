import { type ActorRefFrom, assign, fromCallback, setup } from 'xstate';
import { UNSENT } from '../record/record.ts';
import { type Attempt, attempt, type Outcome } from './request.ts';
import { answerMessage, type Session } from './session.ts';
import {
  initialState,
  longest,
  nextTurn,
  retryWaitMs,
  type UserInput,
  type UserState,
} from './state.ts';
import { endedRecord, unsentRecord } from './turn-record.ts';
import type { World } from './world.ts';

export type UserEvent =
  | { type: 'slot.granted' }
  | { type: 'request.ended'; outcome: Outcome }
  /** Finish the request in flight, start no other. */
  | { type: 'run.draining' }
  /** Stop at once. */
  | { type: 'run.cancelled' };

export type UserMachine = ReturnType<typeof userMachine>;
export type UserActor = ActorRefFrom<UserMachine>;

/**
 * One simulated user: waits until a turn is due, sends it, thinks, until the conversation is over.
 * Built once per run; every user is the root of an actor system of its own (a shared system costs
 * O(users) per spawn and per stop, and its users would share their fate).
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one state machine, read from top to bottom
export function userMachine(world: World) {
  const { clock, gate, habits } = world;
  const retries = habits.failure.retries ?? (habits.failure.policy === 'retry' ? 3 : 0);

  const slot = fromCallback<UserEvent, UserState>(({ input, sendBack }) =>
    gate.wait(
      () => sendBack({ type: 'slot.granted' }),
      input.turn === 0,
      input.session.conversation.userId,
    ),
  );

  /** Plain calls, not actors of their own: one a turn would cost as much as the turn's other transitions. */
  const running = new Map<Session, Attempt>();

  return setup({
    types: {} as { context: UserState; events: UserEvent; input: UserInput },
    actors: { slot },
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
        return {
          outcome,
          reconnects: context.reconnects + outcome.reconnects,
          firstAttemptMs: context.firstAttemptMs ?? outcome.endMs - outcome.startMs,
          retryAfterMs: longest(context.retryAfterMs, outcome.failure?.retryAfterMs),
        };
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
        const first = context.turn + (params.fromNext ? 1 : 0);
        for (let turn = first; context.session.turn(turn); turn++) {
          const intendedMs = turn === context.turn ? context.intendedMs : undefined;
          world.record(unsentRecord(world, context.session, turn, params.reason, intendedMs));
        }
      },
      keepAnswer: ({ context }) => {
        const { content, reasoning, fields } = context.outcome!;
        const turn = context.session.turn(context.turn)!;
        const isRecorded = habits.history === 'recorded' || turn.needsRecordedAnswer;
        const answer =
          isRecorded && turn.recordedAnswer
            ? turn.recordedAnswer
            : answerMessage(content, habits.keepReasoning ? reasoning : undefined, fields);
        context.session.answered(turn, answer);
      },
      planNextTurn: assign(({ context }) => nextTurn(world, context)),
    },
  }).createMachine({
    id: 'user',
    context: ({ input }) => initialState(input),
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
        on: { 'run.draining': 'stopped', 'run.cancelled': 'stopped' },
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
              guard: 'isOk',
              target: 'deciding',
              actions: ['noteOutcome', 'recordTurn', 'keepAnswer', 'planNextTurn'],
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
              actions: ['noteOutcome', 'recordTurn', 'planNextTurn'],
            },
            { target: 'abandoned', actions: ['noteOutcome', 'recordTurn'] },
          ],
          'run.cancelled': { actions: 'cancelRequest' },
        },
      },
      backingOff: {
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
