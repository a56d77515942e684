import { UNSENT } from '../record/record.ts';
import { Session } from '../user/session.ts';
import { userMaker } from '../user/start.ts';
import { plan, recordUnsentFrom } from '../user/unsent.ts';
import type { World } from '../user/world.ts';
import type { Arrival } from './arrival.ts';

/** A user who is there, or about to be. */
export interface Live {
  start(): void;
  /** Finish what is in flight and start nothing; or stop at once. Every planned request is recorded. */
  send(event: { type: 'run.draining' } | { type: 'run.cancelled' }): void;
}

/** An arrival that was not played. */
export type NotCome = Omit<Arrival, 'dueMs'> & { readonly dueMs?: number | undefined };

/** How what an arrived user has to say is said, and by whom. What it will record, it plans before. */
export interface Player {
  /**
   * Not yet started. `onOver` is called once, when the user's last record was made, with the time of its end;
   * never, if undefined is returned: all are made.
   */
  create(arrival: Arrival, onOver: (endMs: number) => void): Live | undefined;
  /** Records all requests of a user who was never let in; nobody may know when it was due. */
  recordUnsent(arrival: NotCome, reason: string): void;
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
  const makeUser = userMaker(world);
  // The first turn was asked in the warm-up, which has its record, whether or not it was answered.
  const firstTurn = ({ startTurn }: NotCome): number => (begun ? 1 : startTurn);

  function recordUnsent(arrival: NotCome, reason: string): void {
    const session = new Session(world.conversation(arrival.userId));
    const first = firstTurn(arrival);
    plan(world, session.conversation, first);
    recordUnsentFrom(world, session, first, { reason, intendedMs: arrival.dueMs });
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
      plan(world, session.conversation, turn);
      return makeUser({ session, turn, intendedMs: dueMs, freeMs }, (endMs) => {
        onGone?.(userId, session);
        onOver(endMs);
      });
    },
  };
}
