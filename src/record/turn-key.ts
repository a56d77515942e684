import type { TurnRecord } from './record.ts';

type Keyed = Pick<TurnRecord, 'userId' | 'turn' | 'phase' | 'agent'>;

const TURNS_MAX = 2 ** 16;

/** Names the planned request that a record is of: a number where it can be one, as runs have millions. */
export function turnKey({ userId, turn, phase, agent }: Keyed): number | string {
  const isMeasured = phase === 'measure';
  const number = (userId * TURNS_MAX + turn) * (isMeasured ? 1 : -1);
  if (!agent && Number.isSafeInteger(number) && turn < TURNS_MAX && userId > 0) return number;
  return JSON.stringify([phase, userId, turn, agent]);
}

/** All records but the first of each planned request. */
export function recordedTwice<R extends Keyed>(records: Iterable<R>): R[] {
  const seen = new Set<number | string>();
  const twice: R[] = [];
  for (const record of records) {
    const key = turnKey(record);
    if (seen.has(key)) twice.push(record);
    else seen.add(key);
  }
  return twice;
}
