import type { TurnRecord } from '../../src/record/record.ts';

/** What the tables of a test say of a request; the rest is as of the first and only turn of a measured user. */
export type Told = Pick<TurnRecord, 'userId'> & Partial<TurnRecord>;

/** A request that was answered at the first attempt, of which nothing is known but what is told. */
export function answeredTurn(told: Told): TurnRecord {
  return {
    turn: 0,
    turns: 1,
    phase: 'measure',
    status: 'ok',
    attempts: 1,
    reconnects: 0,
    chunks: 0,
    ...told,
  };
}

/** A request that was planned, and never sent. */
export function unsentTurn(told: Told): TurnRecord {
  return answeredTurn({ status: 'unsent', attempts: 0, ...told });
}
