import type { TurnRecord } from '../record/record.ts';
import { turnKey } from '../record/turn-key.ts';
import type { Pairing } from './difference.ts';

type Key = number | string;

/** How many requests two runs have in common. */
export interface Matched extends Pairing {
  readonly pairs: number;
}

/** Requests of two runs, paired by user, turn and agent. */
export function pairedRequests(a: readonly TurnRecord[], b: readonly TurnRecord[]): Matched {
  const users = (records: readonly TurnRecord[]) => records.map(({ userId }) => userId);
  return paired(a.map(turnKey), b.map(turnKey), users(a), users(b));
}

/** Conversations of two runs, paired by user, in the order in which they are first seen. */
export function pairedConversations(a: readonly TurnRecord[], b: readonly TurnRecord[]): Matched {
  const [ofA, ofB] = [a, b].map((records) => [...new Set(records.map(({ userId }) => userId))]);
  return paired(ofA!, ofB!, ofA!, ofB!);
}

/**
 * A place for every key of either, in the order of the first; what only the second has is put where as much of
 * it lies before. A key that comes again (a turn that a resume played again) is one of its own.
 */
function paired(
  keysA: readonly Key[],
  keysB: readonly Key[],
  usersA: readonly number[],
  usersB: readonly number[],
): Matched {
  const known = new Map<Key, number>();
  /** Where each place lies in time, 0 to 1, and whose it is. */
  const at: number[] = [];
  const users: number[] = [];
  const placesA = Int32Array.from(keysA, (key, index) => {
    if (!known.has(key)) known.set(key, at.length);
    users.push(usersA[index]!);
    return at.push((index + 0.5) / keysA.length) - 1;
  });
  let pairs = 0;
  const placesB = Int32Array.from(keysB, (key, index) => {
    const place = known.get(key);
    if (place !== undefined) {
      known.delete(key);
      pairs++;
      return place;
    }
    users.push(usersB[index]!);
    return at.push((index + 0.5) / keysB.length) - 1;
  });
  const order = Int32Array.from(at.keys()).sort((one, other) => at[one]! - at[other]!);
  const ranks = new Int32Array(at.length);
  order.forEach((place, rank) => {
    ranks[place] = rank;
  });
  return {
    placesA: placesA.map((place) => ranks[place]!),
    placesB: placesB.map((place) => ranks[place]!),
    count: at.length,
    conversations: numbersOf(Array.from(order, (place) => users[place]!)),
    pairs,
  };
}

/** Of each, the number of its user, in the order in which they are first seen. */
export function numbersOf(users: readonly number[]): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(users, (user) => {
    let number = numbers.get(user);
    if (number === undefined) numbers.set(user, (number = numbers.size));
    return number;
  });
}
