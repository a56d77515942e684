import { UNSENT } from '../record/record.ts';
import { Session } from '../user/session.ts';
import { createUser } from '../user/start.ts';
import { unsentRecord } from '../user/turn-record.ts';
import { userMachine } from '../user/user.ts';
import type { World } from '../user/world.ts';
import type { Arrival } from './arrival.ts';

/** A user who is there, or about to be. */
export interface Live {
  start(): void;
  /** Finish what is in flight and start nothing; or stop at once. Every planned request is recorded. */
  send(event: { type: 'run.draining' } | { type: 'run.cancelled' }): void;
}

/** How what an arrived user has to say is said, and by whom. What it will record, it plans before. */
export interface Player {
  /**
   * Not yet started. `onOver` is called once, when the user's last record was made, with the time of its end;
   * never, if undefined is returned: all are made.
   */
  create(arrival: Arrival, onOver: (endMs: number) => void): Live | undefined;
  /** Records all requests of a user who was never let in. */
  recordUnsent(arrival: Arrival, reason: string): void;
}

export interface UserOptions {
  /** Turns that users found in mid-conversation have behind them are put into their history. */
  readonly synthesiseHistory: boolean;
  /** Sessions to go on with, by user: a conversation that is not among them has failed before. */
  readonly begun?: ReadonlyMap<number, Session>;
  /** A user is gone; its session may be kept. */
  readonly onGone?: (userId: number, session: Session) => void;
}

/** A conversation is played by one user, turn after turn. */
export function userPlayer(world: World, options: UserOptions): Player {
  const { synthesiseHistory, begun, onGone } = options;
  const machine = userMachine(world);
  // The first turn was asked in the warm-up, which has its record, whether or not it was answered.
  const firstTurn = ({ startTurn }: Arrival): number => (begun ? 1 : startTurn);

  function plan({ conversation: { userId, turns } }: Session, from: number): void {
    world.ledger.plan(userId, Math.max(0, turns.length - from));
  }

  function recordUnsent(arrival: Arrival, reason: string): void {
    const session = new Session(world.conversation(arrival.userId));
    const first = firstTurn(arrival);
    plan(session, first);
    for (let turn = first; session.turn(turn); turn++) {
      const intendedMs = turn === first ? arrival.dueMs : undefined;
      world.record(unsentRecord(world, session, turn, reason, intendedMs));
    }
  }

  return {
    recordUnsent,
    create(arrival, onOver) {
      const { userId, dueMs, freeMs, startTurn } = arrival;
      const before = begun?.get(userId);
      if (begun && !before) {
        recordUnsent(arrival, UNSENT.warmupFailed);
        return undefined;
      }
      const conversation = world.conversation(userId);
      const session =
        before?.continuedIn(conversation) ??
        new Session(conversation, startTurn, synthesiseHistory);
      const turn = firstTurn(arrival);
      plan(session, turn);
      const input = { session, turn, intendedMs: dueMs, freeMs };
      const user = createUser(machine, world.clock, input, () => {
        const state = user.getSnapshot().context;
        onGone?.(userId, session);
        onOver(state.outcome?.endMs ?? state.freeMs);
      });
      return user;
    },
  };
}
