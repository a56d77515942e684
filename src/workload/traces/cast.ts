import type { Scenario } from '../../scenario/schema.ts';
import type { TraceSession, TraceSessions } from './sessions.ts';

/** Ids of sub-agents start here, counted from the first user: above all who come by themselves, and a warm-up's. */
const SUB_AGENT_ID = 3_000_000_000;

/** Who plays what. */
export interface Cast {
  sessionOf(userId: number): TraceSession;
  /** Of a user, the users that play the sessions of its trace beside its own. */
  userIdOf(userId: number): (session: TraceSession) => number;
  /** Who played the same session in the pass before; undefined: it is the first. */
  earlierOf(userId: number): number | undefined;
  /** Who plays it in the first pass. */
  firstOf(userId: number): number;
  /** Who plays it in the first pass of all. */
  firstOf(userId: number): number;
  /** The session's own name, with a number where it is played again; undefined: it has none. */
  nameOf(userId: number): string | undefined;
}

/**
 * User `firstUserId + i` plays the i-th session that comes by itself, and after the last one the first again:
 * each time is a pass through the trace, with sub-agents of its own.
 */
export function cast({ population }: Scenario, { roots, children }: TraceSessions): Cast {
  const { firstUserId } = population;
  const firstChildId = firstUserId + SUB_AGENT_ID;
  const placeOf = new Map(
    [roots, children].flatMap((sessions) => sessions.map((session, index) => [session, index])),
  );

  function roleOf(userId: number) {
    const isChild = children.length > 0 && userId >= firstChildId;
    const sessions = isChild ? children : roots;
    const number = userId - (isChild ? firstChildId : firstUserId);
    const pass = Math.floor(number / sessions.length);
    return {
      session: sessions[number - pass * sessions.length]!,
      pass: Math.abs(pass),
      first: userId - pass * sessions.length,
      ...(pass > 0 && { earlier: userId - sessions.length }),
    };
  }

  return {
    sessionOf: (userId) => roleOf(userId).session,
    userIdOf(userId) {
      const { pass } = roleOf(userId);
      return (session) =>
        session.parent
          ? firstChildId + pass * children.length + placeOf.get(session)!
          : firstUserId + pass * roots.length + placeOf.get(session)!;
    },
    earlierOf: (userId) => roleOf(userId).earlier,
    firstOf: (userId) => roleOf(userId).first,
    nameOf(userId) {
      const { session, pass } = roleOf(userId);
      if (session.name === undefined) return undefined;
      return pass ? `${session.name}-${pass + 1}` : session.name;
    },
  };
}
