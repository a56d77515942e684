import type { Interval95 } from '../stats/certainty.ts';
import { spreadOf } from './blocks.ts';
import type { Estimate } from './estimate.ts';
import { type Doubt, intervalAround, pValueOf } from './interval.ts';

/** By how much a number of B is above that of A. */
export interface Difference {
  readonly a: number;
  readonly b: number;
  /** b - a, and where it lies with a confidence of 95 %. */
  readonly difference: number;
  readonly interval95: Interval95;
  readonly doubt: Doubt;
  /** How likely a difference as large is where there is none, 0 to 1 (Student's t, both sides). */
  readonly pValue: number;
  /** b / a, where both are above 0. */
  readonly ratio?: Ratio;
  /** So many independent values would tell as much: of the side, or of the pairs, that tell less. */
  readonly effectiveCount: number;
  /** What share of them lies on the side where less is: see `Estimate`. */
  readonly beyondShare: number;
  /** There are enough of them: n_eff (1 - p) >= 10 and n_eff p >= 10; of a mean n_eff >= 20. */
  readonly isReliable: boolean;
}

export interface Ratio {
  readonly value: number;
  readonly interval95: Interval95;
  /** Of its logarithm, as is what follows. */
  readonly doubt: Doubt;
  readonly pValue: number;
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

/** Values beyond a percentile: see `stats/certainty.ts`. */
const BEYOND_MIN = 10;
/** Of the last bits: 1 - 0.99 is not 0.01. */
const ROUNDING = 1e-9;

/**
 * Of the same requests played twice: what both runs have in common falls out, as request by request the
 * contributions are taken from each other before anything is added up (common random numbers; Law 2015, 11.2).
 * A request that has a value in one run alone contributes to that one. Two runs that are alike differ by
 * exactly 0, without any doubt.
 */
export function pairedDifference(a: Estimate, b: Estimate, pairing: Pairing): Difference {
  const spread = (differences: Float64Array) =>
    spreadOf(differences, pairing.conversations, a.isOfTime);
  const plain = spread(differencesOf(a, b, pairing));
  const hasRatio = a.value > 0 && b.value > 0;
  const log = hasRatio ? spread(differencesOf(a, b, pairing, a.value, b.value)) : plain;
  // What both have in common, as a ramp-up, is no doubt; but each needs enough values beyond a percentile.
  const own = isQuantile(a)
    ? [a, b].map((each) => spreadOf(each.contributions).effectiveCount)
    : [];
  return differenceOf(a, b, plain, log, {
    effectiveCount: Math.min(...own, plain.effectiveCount),
    beyondShare: (a.beyondShare + b.beyondShare) / 2,
  });
}

function isQuantile({ share }: Estimate): boolean {
  return share !== undefined;
}

/** What each place contributes to the difference b - a, in the common order of time; each over its unit. */
function differencesOf(
  a: Estimate,
  b: Estimate,
  { placesA, placesB, count }: Pairing,
  unitA = 1,
  unitB = 1,
): Float64Array {
  const differences = new Float64Array(count);
  let most = 0;
  a.contributions.forEach((each, index) => {
    differences[placesA[index]!]! -= each / unitA;
    most = Math.max(most, Math.abs(each / unitA));
  });
  b.contributions.forEach((each, index) => {
    differences[placesB[index]!]! += each / unitB;
  });
  // What is left of equal ones by rounding is no doubt.
  return differences.map((each) => (Math.abs(each) < ROUNDING * most ? 0 : each));
}

/** @param log of the difference of the logarithms */
export function differenceOf(
  a: Pick<Estimate, 'value'>,
  b: Pick<Estimate, 'value'>,
  plain: Doubt,
  log: Doubt,
  told: Pick<Difference, 'effectiveCount' | 'beyondShare'> & { readonly isReliable?: boolean },
): Difference {
  const difference = b.value - a.value;
  const hasRatio = a.value > 0 && b.value > 0;
  const ratio = hasRatio ? ratioOfTwo(b.value / a.value, log) : undefined;
  return {
    a: a.value,
    b: b.value,
    difference,
    interval95: intervalAround(difference, plain),
    doubt: doubtOf(plain),
    pValue: pValueOf(difference, plain),
    ...(ratio && { ratio }),
    isReliable: isEnough(told),
    ...told,
  };
}

/** By the logarithms, so that the interval never goes below 0. */
function ratioOfTwo(value: number, log: Doubt): Ratio {
  const logarithm = Math.log(value);
  const [low, high] = intervalAround(logarithm, log);
  return {
    value,
    interval95: [Math.exp(low), Math.exp(high)],
    doubt: doubtOf(log),
    pValue: pValueOf(logarithm, log),
  };
}

function doubtOf({ variance, degrees, skewness }: Doubt): Doubt {
  return { variance, degrees, skewness };
}

/** Of the logarithm of what has this value. */
export function scaled<D extends Doubt>(doubt: D, value: number): D {
  return { ...doubt, variance: doubt.variance / value ** 2 };
}

/** Of the difference b - a of two that are independent; third moments add up with their signs. */
export function together(a: Doubt, b: Doubt): Doubt {
  const variance = a.variance + b.variance;
  if (!(variance > 0)) return { variance, degrees: Math.min(a.degrees, b.degrees), skewness: 0 };
  const third = b.skewness * b.variance ** 1.5 - a.skewness * a.variance ** 1.5;
  return {
    variance,
    degrees: variance ** 2 / (a.variance ** 2 / a.degrees + b.variance ** 2 / b.degrees),
    skewness: Number.isFinite(variance) ? third / variance ** 1.5 : 0,
  };
}

function isEnough({
  effectiveCount,
  beyondShare,
}: Pick<Difference, 'effectiveCount' | 'beyondShare'>): boolean {
  return effectiveCount * beyondShare >= BEYOND_MIN - ROUNDING;
}
