import { aroundMean, type Interval95 } from '../stats/intervals/certainty.ts';
import { criticalValue, twoSided } from '../stats/intervals/student.ts';
import { type Spread, spreadOf } from './blocks.ts';
import type { Estimate } from './estimate.ts';
import {
  CONFIDENCE,
  type Doubt,
  degreesOfTwo,
  difference,
  doubtOf,
  intervalOf,
  pValueOf,
  quotient,
  type Uncertain,
} from './interval.ts';

/** By how much a number of B is above that of A. */
export interface Difference {
  readonly a: number;
  readonly b: number;
  /** b - a, and where it lies with a confidence of 95 %; an end is infinite where nothing is known of it. */
  readonly difference: number;
  readonly interval95: Interval95;
  /** As wide as the interval; 0: both are exactly what they are. */
  readonly doubt: Doubt;
  /** How likely a difference as large is where there is none, 0 to 1 (Student's t, both sides). */
  readonly pValue: number;
  /** b / a, where both are above 0. */
  readonly ratio?: Ratio;
  /** So many independent values would tell as much: of the side, or of the pairs, that tell less. */
  readonly effectiveCount: number;
  /** There are enough values, however independent: n (1 - p) >= 10 and n p >= 10; of a mean n >= 20. */
  readonly isReliable: boolean;
}

export interface Ratio {
  readonly value: number;
  readonly interval95: Interval95;
  /** Of its logarithm. */
  readonly doubt: Doubt;
}

/** Which requests of two runs are the same one, on a common order of time. */
export interface Pairing {
  /** The place of each request of a run in that order; the same place in both: the same request. */
  readonly placesA: Int32Array;
  readonly placesB: Int32Array;
  /** Places in all. */
  readonly count: number;
  /** Of each place, the number of its conversation from 0. */
  readonly conversations?: Int32Array;
}

/** Values beyond a percentile: see `stats/intervals/certainty.ts`, also of why it is not n_eff that must be enough. */
const BEYOND_MIN = 10;
/** Of the last bits: 1 - 0.99 is not 0.01. */
const ROUNDING = 1e-9;

/**
 * Of the same requests played twice: what both runs have in common falls out (common random numbers; Law 2015, 11.2),
 * by the correlation of their errors,
 *
 *     r = (V_A + V_B - V_D) / (2 s_A s_B)
 *
 * where V_D is that of the differences of what each request contributes to B and to A, each over its error s. A
 * request that has a value in one run alone contributes to that one. Two runs that are alike differ by exactly 0.
 */
export function pairedDifference(a: Estimate, b: Estimate, pairing: Pairing): Difference {
  const { placesA, placesB, count, conversations } = pairing;
  const placed = ({ contributions }: Estimate, places: Int32Array) => {
    const inOrder = new Float64Array(count);
    contributions.forEach((each, index) => {
      inOrder[places[index]!]! += each;
    });
    return inOrder;
  };
  const [inA, inB] = [placed(a, placesA), placed(b, placesB)];
  const spread = (contributions: Float64Array) =>
    spreadOf(contributions, { conversations, isOfTime: a.isOfTime });
  const [ofA, ofB] = [spread(inA), spread(inB)];
  const [errorA, errorB] = [errorOf(a, ofA), errorOf(b, ofB)];
  const between = spread(differencesOf(inA, inB, errorA || 1, errorB || 1));
  const isAlike = between.variance === 0;
  const shares = ofA.variance / (errorA || 1) ** 2 + ofB.variance / (errorB || 1) ** 2;
  // The interval is made with the t of both runs: what differs has more degrees of freedom, or less.
  const t = criticalValue(CONFIDENCE, between.degrees);
  const ofBoth = criticalValue(CONFIDENCE, Math.min(ofA.degrees, ofB.degrees));
  const correlation = isAlike ? 1 : (shares - between.variance * (t / ofBoth) ** 2) / 2;
  // What the order of the sorted values cannot tell: the two are one and the same.
  const isSame =
    isAlike && [-2, -1, 0, 1, 2].every((t) => a.moved(t * errorA) === b.moved(t * errorB));
  const [one, other] = [uncertain(a, ofA), isSame ? uncertain(a, ofA) : uncertain(b, ofB)];
  const exactly = ({ value }: Uncertain): Uncertain => ({ ...one, value, at: () => value });
  const found = differenceOf(
    isSame ? exactly(one) : one,
    isSame ? exactly(other) : other,
    Math.max(-1, Math.min(1, correlation)) || 0,
    {
      effectiveCount: Math.min(ofA.effectiveCount, ofB.effectiveCount, between.effectiveCount),
      isReliable: isEnough([a, b]),
    },
  );
  const isOfEach = a.isMean && b.isMean && a.count === count && b.count === count;
  return isSame || !isOfEach ? found : ofOneSign(found, one, differencesOf(inA, inB, 1, 1), spread);
}

/**
 * The difference of two means where no request was faster in B, or none slower: it is a mean of values that are not
 * below 0, as a mean of waiting times is (`aroundMean`), and has their sign.
 *
 * @param differences of what each request contributes to the means, of which each has one value
 */
function ofOneSign(
  found: Difference,
  a: Uncertain,
  differences: Float64Array,
  spread: (contributions: Float64Array) => Spread,
): Difference {
  const sign = Math.sign(found.difference);
  const each = found.difference / differences.length;
  const last = ROUNDING * Math.abs(each);
  if (!sign || differences.some((one) => sign * (one + each) < -last)) return found;
  const { variance, degrees } = spread(differences);
  const halfWidth = criticalValue(CONFIDENCE, degrees) * Math.sqrt(variance);
  const [low, high] = aroundMean(Math.abs(found.difference), halfWidth, true);
  const interval95: Interval95 = sign > 0 ? [low, high] : [-high, -low];
  const pValue = Math.min(found.pValue, twoSided(found.difference / Math.sqrt(variance), degrees));
  const doubt = doubtOf(interval95, degrees);
  const { ratio } = found;
  if (!ratio) return { ...found, interval95, doubt, pValue };
  // What has grown is more than it was: by so much of what A may be at most.
  const highest = a.at(criticalValue(CONFIDENCE, degrees));
  const grown = 1 + (sign * low) / highest;
  const [from, to] = ratio.interval95;
  const within: Interval95 = sign > 0 ? [Math.max(grown, from), to] : [from, Math.min(grown, to)];
  return { ...found, interval95, doubt, pValue, ratio: { ...ratio, interval95: within } };
}

/** The differences of what each request contributes, each over its unit. */
function differencesOf(a: Float64Array, b: Float64Array, unitA: number, unitB: number) {
  let most = 0;
  for (const each of a) most = Math.max(most, Math.abs(each / unitA));
  return b.map((each, index) => {
    const between = each / unitB - a[index]! / unitA;
    // What is left of equal ones by rounding is no doubt.
    return Math.abs(between) < ROUNDING * most ? 0 : between;
  });
}

/** An estimate with the error that the spread of its contributions leaves. */
export function uncertain(estimate: Estimate, spread: Spread): Uncertain {
  const error = errorOf(estimate, spread);
  return {
    value: estimate.value,
    degrees: spread.degrees,
    at: (errors) => (error === 0 || errors === 0 ? estimate.value : estimate.moved(errors * error)),
  };
}

function errorOf({ errorMin = 0 }: Estimate, { variance }: Spread): number {
  return Math.max(errorMin, Math.sqrt(variance));
}

/** @param correlation of their errors; 0: they are independent */
export function differenceOf(
  a: Uncertain,
  b: Uncertain,
  correlation: number,
  told: Pick<Difference, 'effectiveCount' | 'isReliable'>,
): Difference {
  const degrees = degreesOfTwo(a, b, correlation);
  const interval95 = intervalOf(a, b, correlation, difference);
  return {
    a: a.value,
    b: b.value,
    difference: b.value - a.value,
    interval95,
    doubt: doubtOf(interval95, degrees),
    pValue: pValueOf(a, b, correlation),
    ...(a.value > 0 && b.value > 0 && { ratio: ratioOf(a, b, correlation, degrees) }),
    ...told,
  };
}

function ratioOf(a: Uncertain, b: Uncertain, correlation: number, degrees: number): Ratio {
  const interval95 = intervalOf(a, b, correlation, quotient);
  const ends = interval95.map(Math.log) as [number, number];
  return { value: b.value / a.value, interval95, doubt: doubtOf(ends, degrees) };
}

/** Of a share, such as that of failures, one side may well have none. */
export function isEnough(estimates: readonly Estimate[]): boolean {
  const mean = (of: (one: Estimate) => number) =>
    estimates.reduce((sum, one) => sum + of(one), 0) / estimates.length;
  const least = Math.min(...estimates.map(({ count }) => count));
  return least * mean(({ beyondShare }) => beyondShare) >= BEYOND_MIN - ROUNDING;
}
