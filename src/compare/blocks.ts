import { STRETCHES } from '../stats/intervals/certainty.ts';
import { likelyVariance, longRunOf, type Summed } from '../stats/intervals/long-run.ts';

/** How far a sum of contributions may lie from 0 by chance. */
export interface Spread {
  /** Of the sum. */
  readonly variance: number;
  /** Degrees of freedom of that variance. */
  readonly degrees: number;
  /** So many independent contributions would spread as much: n_eff, at most their number. */
  readonly effectiveCount: number;
}

interface SpreadOptions {
  readonly conversations?: Int32Array | undefined;
  readonly isOfTime?: boolean | undefined;
  readonly other?: Float64Array | undefined;
}

/**
 * The spread of a sum of contributions that are alike within stretches of time and within conversations.
 *
 *     V_1   n / (n - 1) sum c_i^2: as if all were independent
 *     V_t   of what is alike in time, by the sums of 128 stretches: see `stats/intervals/long-run.ts`
 *     V_c   the same of the sums of conversations
 *     V     V_t + V_c - V_1: two ways of being alike, and what both count, once (Cameron, Gelbach and Miller
 *           2011); never less than any of the three
 *
 * n_eff is of V_t as it is likely to be, the variance of all that it may be.
 *
 * @param contributions in the order of time, to a sum that is about 0
 * @param conversations of each contribution, the number of its conversation from 0; absent: each is its own
 * @param isOfTime they are shares of the time, as of a rate: V_t alone, as what one has, the next has not
 * @param other the contributions of another run, of draws of its own, to the same sum
 */
export function spreadOf(
  contributions: Float64Array,
  { conversations, isOfTime = false, other }: SpreadOptions = {},
): Spread {
  const count = contributions.length;
  if (count < 2) return { variance: Infinity, degrees: 0, effectiveCount: count };
  const alone = aloneOf(contributions);
  // Of runs that are alike: nothing is left open, however few requests they have.
  if (alone === 0) return { variance: 0, degrees: count - 1, effectiveCount: count };
  const ofUsers = conversations ? ofConversations(contributions, conversations) : alone;
  const together = (inTime: number) =>
    isOfTime ? inTime : Math.max(alone, inTime, ofUsers, inTime + ofUsers - alone);
  const summed = summedIn(contributions, isOfTime);
  const inTime = longRunOf(summed, other && summedIn(other, isOfTime));
  return {
    variance: together(inTime.variance),
    degrees: inTime.degrees,
    effectiveCount: Math.min(count, (count * alone) / together(likelyVariance(summed.stretches))),
  };
}

function summedIn(contributions: Float64Array, isOfTime: boolean): Summed {
  return {
    stretches: stretchSums(contributions, STRETCHES),
    count: contributions.length,
    alone: isOfTime ? undefined : aloneOf(contributions),
  };
}

/** V_1 */
function aloneOf(contributions: Float64Array): number {
  const count = contributions.length;
  let squares = 0;
  for (const each of contributions) squares += each * each;
  return (squares * count) / (count - 1);
}

/** Sums of at most so many stretches of consecutive contributions, each of two at least. */
export function stretchSums(contributions: Float64Array, most: number): Float64Array {
  const { length } = contributions;
  const count = Math.max(1, Math.min(most, length >> 1));
  const sums = new Float64Array(count);
  for (let stretch = 0; stretch < count; stretch++) {
    const end = Math.floor(((stretch + 1) * length) / count);
    let sum = 0;
    for (let index = Math.floor((stretch * length) / count); index < end; index++) {
      sum += contributions[index]!;
    }
    sums[stretch] = sum;
  }
  return sums;
}

function ofConversations(contributions: Float64Array, conversations: Int32Array): number {
  let count = 0;
  for (const number of conversations) count = Math.max(count, number + 1);
  if (count < 2) return 0;
  const sums = new Float64Array(count);
  conversations.forEach((number, index) => {
    sums[number]! += contributions[index]!;
  });
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  return (squares * count) / (count - 1);
}
