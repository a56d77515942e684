/** How far a sum of contributions may lie from 0 by chance. */
export interface Spread {
  /** Of the sum. */
  readonly variance: number;
  /** Degrees of freedom of that variance. */
  readonly degrees: number;
  /** Of the sum: 0 where it may as well be too low as too high; below 0, it is now and then far too low. */
  readonly skewness: number;
  /** So many independent contributions would spread as much: n_eff, at most their number. */
  readonly effectiveCount: number;
}

/** As in `stats/certainty.ts`: Schmeiser (1982), more stretches add little, and longer ones are less alike. */
const STRETCHES = 32;
/** Correlation of stretches from which on nothing can be concluded. */
const CORRELATION_MAX = 0.9;

/**
 * The spread of a sum of contributions that are alike within stretches of time and within conversations.
 *
 *     V_1   n / (n - 1) sum c_i^2: as if all were independent
 *     V_t   the same of the sums of 32 stretches of time (batch means); with r > 0, the correlation of a stretch
 *           with the next, times (1 + r) / (1 - r), as if it went on so (Steiger et al. 2005)
 *     V_c   the same of the sums of conversations
 *     V     V_t + V_c - V_1: two ways of being alike, and what both count, once (Cameron, Gelbach and Miller
 *           2011); never less than any of the three
 *     skewness  m_3 / m_2^1.5 of the stretches, over the root of their number
 *
 * @param contributions in the order of time, to a sum that is about 0
 * @param conversations of each contribution, the number of its conversation from 0; absent: each is its own
 * @param isOfTime they are shares of the time, as of a rate: V_t alone, as what one has, the next has not
 */
export function spreadOf(
  contributions: Float64Array,
  conversations?: Int32Array,
  isOfTime = false,
): Spread {
  const count = contributions.length;
  if (count < 2) return { variance: Infinity, degrees: 0, skewness: 0, effectiveCount: count };
  let squares = 0;
  for (const each of contributions) squares += each * each;
  // Of runs that are alike: nothing is left open, however few requests they have.
  if (squares === 0) return { variance: 0, degrees: count - 1, skewness: 0, effectiveCount: count };
  const alone = (squares * count) / (count - 1);
  const { variance: inTime, degrees, skewness } = ofStretches(contributions);
  const ofUsers = conversations ? ofConversations(contributions, conversations) : alone;
  const variance = isOfTime ? inTime : Math.max(alone, inTime, ofUsers, inTime + ofUsers - alone);
  const effectiveCount = Math.min(count, (count * alone) / variance);
  return { variance, degrees, skewness, effectiveCount };
}

function ofStretches(contributions: Float64Array): Omit<Spread, 'effectiveCount'> {
  const stretches = stretchSums(contributions, STRETCHES);
  const count = stretches.length;
  if (count < 2) return { variance: Infinity, degrees: 0, skewness: 0 };
  let squares = 0;
  let cubes = 0;
  let products = 0;
  let before = 0;
  for (const sum of stretches) {
    squares += sum * sum;
    cubes += sum ** 3;
    products += sum * before;
    before = sum;
  }
  // Of independent stretches it is -1 / count on average.
  const correlation = squares > 0 ? products / squares + 1 / count : 0;
  const r = Math.min(CORRELATION_MAX, Math.max(0, correlation));
  return {
    variance: ((squares * count) / (count - 1)) * ((1 + r) / (1 - r)),
    degrees: count - 1,
    // Of the sum of so many: m_3 / m_2^1.5 of one, over the root of their number.
    skewness: cubes === 0 ? 0 : cubes / squares ** 1.5,
  };
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
