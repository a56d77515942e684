import type { Outcome } from '../../src/user/request.ts';
import type { Session } from '../../src/user/session.ts';
import type { World } from '../../src/user/world.ts';
import type { Turn } from '../../src/workload/conversation.ts';

export interface UserInput {
  readonly session: Session;
  /** First turn to play; above 0 for a user found in the middle of its conversation. */
  readonly turn: number;
  /** When that turn is due. */
  readonly intendedMs: number;
  /** When there was room for the user, if it had to wait for that; default: at once. */
  readonly freeMs?: number | undefined;
}

/** A user's state. Only `session` changes in place: it is the conversation so far. */
export interface UserState extends UserInput {
  /** Idle time that was skipped in all when `intendedMs` was found. */
  readonly skippedMs: number;
  /** When the user was free to send this turn: there was room for it, or its previous answer had ended. */
  readonly freeMs: number;
  /** When the last attempt could be sent, but for the generator: due, free, and room at the gate. */
  readonly readyMs: number;
  readonly attempts: number;
  readonly reconnects: number;
  readonly firstAttemptMs: number | undefined;
  /** The longest that the server has asked to be left alone for, over the turn's attempts. */
  readonly retryAfterMs: number | undefined;
  readonly outcome: Outcome | undefined;
  readonly retryAtMs: number;
}

// Field by field: a spread at the start makes V8 add the others one at a time (10 us).
export function initialState(input: UserInput, skippedMs = 0): UserState {
  return {
    session: input.session,
    turn: input.turn,
    intendedMs: input.intendedMs,
    skippedMs,
    freeMs: input.freeMs ?? input.intendedMs,
    readyMs: input.intendedMs,
    attempts: 0,
    reconnects: 0,
    firstAttemptMs: undefined,
    retryAfterMs: undefined,
    outcome: undefined,
    retryAtMs: 0,
  };
}

/** As long as the server asks for, up to the longest backoff; or the backoff, where that is longer. */
export function retryWaitMs(world: World, state: UserState): number {
  const askedMs = state.outcome?.failure?.retryAfterMs ?? 0;
  const ceilingMs = world.habits.failure.maxBackoffSec * 1000;
  return Math.max(backoffMs(world, state), Math.min(askedMs, ceilingMs));
}

/** Exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
function backoffMs(world: World, { session, turn, attempts }: UserState): number {
  const { backoffSec, maxBackoffSec } = world.habits.failure;
  const ceilingSec = Math.min(maxBackoffSec, backoffSec * 2 ** (attempts - 1));
  const { userId } = session.conversation;
  return world.random('user', userId, 'turn', turn, 'retry', attempts)() * ceilingSec * 1000;
}

/** When what the next turn waits for has ended: its answer, and the sub-agents that this began, if any. */
interface Ended {
  readonly answerMs: number;
  readonly forksMs: number | undefined;
}

type Due = (world: World, context: UserState, next: Turn, ended: Ended) => number;

/** When the next turn is due, by what is paced; it is sent then, or when the previous answer has ended. */
const DUE: Record<World['habits']['pacing']['mode'], Due> = {
  think: (_, __, { pauseMs }, { answerMs, forksMs = answerMs }) =>
    Math.max(answerMs, forksMs) + pauseMs,
  interval: ({ clock, habits }, { intendedMs, outcome }, { pauseMs }) =>
    (habits.pacing.from === 'intended' ? intendedMs : (outcome?.sentMs ?? clock.now())) + pauseMs,
  // From turn to turn, which is from the user's arrival on: each was intended for its own time.
  trace: (world, context, next) => atItsOwnTime(world, context, next),
  recorded: (_, __, { pauseMs, pauseAfterForksMs }, { answerMs, forksMs }) =>
    forksMs !== undefined && pauseAfterForksMs !== undefined
      ? Math.max(answerMs, forksMs) + pauseAfterForksMs
      : answerMs + pauseMs,
};

/** By the time between both in the trace, less what was idle meanwhile and is skipped. */
function atItsOwnTime(
  { habits, idle }: World,
  { intendedMs, skippedMs, session, turn }: UserState,
  { dueMs }: Turn,
): number {
  const leftOutMs = (idle?.skippedMs ?? 0) - skippedMs;
  return intendedMs - leftOutMs + (dueMs! - session.turn(turn)!.dueMs!) * habits.slowdown;
}

/** When a sub-agent that this turn's answer begins is due to ask first. */
export function forkDueMs(world: World, context: UserState, first: Turn): number {
  if (world.habits.pacing.mode === 'trace') return atItsOwnTime(world, context, first);
  return (context.outcome?.endMs ?? world.clock.now()) + first.pauseMs;
}

/**
 * The state at the start of the next turn: when it is due follows from the pacing. `forksMs`: when the last of the
 * sub-agents ended that this turn began.
 */
export function nextTurn(world: World, context: UserState, forksMs?: number): Partial<UserState> {
  const nowMs = world.clock.now();
  const turn = context.turn + 1;
  const next = context.session.turn(turn);
  // Counted from when the answer had come, not from when this client had got round to it.
  const answerMs = context.outcome?.endMs ?? nowMs;
  const due = DUE[world.habits.pacing.mode];
  const intendedMs = next ? due(world, context, next, { answerMs, forksMs }) : nowMs;
  const endedMs = Math.max(answerMs, forksMs ?? answerMs);
  if (next && intendedMs < endedMs) {
    world.lagging?.(context.session.conversation.userId, endedMs - intendedMs);
  }
  return {
    turn,
    intendedMs,
    skippedMs: world.idle?.skippedMs ?? 0,
    freeMs: endedMs,
    readyMs: intendedMs,
    attempts: 0,
    reconnects: 0,
    firstAttemptMs: undefined,
    retryAfterMs: undefined,
    outcome: undefined,
  };
}

/** The larger of two that may be unknown. */
export function longest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
