import type { Interval95 } from '../stats/certainty.ts';
import { type Spread, spreadOf } from './blocks.ts';
import type { Estimate } from './estimate.ts';
import { criticalValue, twoSided } from './student.ts';

/** By how much a number of B is above that of A. */
export interface Difference {
  readonly a: number;
  readonly b: number;
  /** b - a, and where it lies with a confidence of 95 %. */
  readonly difference: number;
  readonly interval95: Interval95;
  readonly standardError: number;
  readonly degrees: number;
  /** How likely a difference as large is where there is none, 0 to 1 (Student's t, both sides). */
  readonly pValue: number;
  /** b / a, where both are above 0. */
  readonly ratio?: Ratio;
  /** So many independent values, or pairs, would tell as much. */
  readonly effectiveCount: number;
  /** There are enough of them: n_eff (1 - p) >= 10 and n_eff p >= 10; of a mean n_eff >= 20. */
  readonly isReliable: boolean;
}

export interface Ratio {
  readonly value: number;
  readonly interval95: Interval95;
  readonly standardErrorOfLog: number;
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
/** 1 - 0.99 is not 0.01 to the last bit. */
const ROUNDING = 1e-9;
const CONFIDENCE = 0.95;

/**
 * Of two runs that have nothing to do with each other: variances add up, V = V_A + V_B, with
 * V^2 / (V_A^2 / d_A + V_B^2 / d_B) degrees of freedom (Welch 1947, Satterthwaite 1946).
 *
 * @param conversationsA of each request, the number of its conversation
 */
export function unpairedDifference(
  a: Estimate,
  b: Estimate,
  conversationsA?: Int32Array,
  conversationsB?: Int32Array,
): Difference {
  const spreadA = spreadOf(a.contributions, conversationsA);
  const spreadB = spreadOf(b.contributions, conversationsB);
  const enough = [isEnough(spreadA.effectiveCount, a), isEnough(spreadB.effectiveCount, b)];
  const effectiveCount = Math.min(spreadA.effectiveCount, spreadB.effectiveCount);
  return differenceOf(a, b, {
    ...together(spreadA, spreadB, 1, 1),
    log: together(spreadA, spreadB, 1 / a.value, 1 / b.value),
    effectiveCount,
    isReliable: enough.every(Boolean),
  });
}

/**
 * Of the same requests played twice: what both runs have in common falls out, as request by request the
 * contributions are taken from each other before anything is added up (common random numbers; Law 2015, 11.2).
 * A request that has a value in one run alone contributes to that one. Two runs that are alike differ by
 * exactly 0, without any doubt.
 */
export function pairedDifference(a: Estimate, b: Estimate, pairing: Pairing): Difference {
  const plain = spreadOf(differencesOf(a, b, pairing, 1, 1), pairing.conversations);
  const log =
    a.value > 0 && b.value > 0
      ? spreadOf(differencesOf(a, b, pairing, 1 / a.value, 1 / b.value), pairing.conversations)
      : plain;
  const own = Math.min(...[a, b].map((each) => spreadOf(each.contributions).effectiveCount));
  return differenceOf(a, b, {
    ...plain,
    log,
    isReliable: isEnough(Math.min(own, plain.effectiveCount), a),
  });
}

/** What each place contributes to the difference b - a, in the common order of time. */
export function differencesOf(
  a: Estimate,
  b: Estimate,
  { placesA, placesB, count }: Pairing,
  scaleA = 1,
  scaleB = 1,
): Float64Array {
  const differences = new Float64Array(count);
  a.contributions.forEach((each, index) => {
    differences[placesA[index]!]! -= each * scaleA;
  });
  b.contributions.forEach((each, index) => {
    differences[placesB[index]!]! += each * scaleB;
  });
  return differences;
}

interface Doubt extends Spread {
  readonly log: Pick<Spread, 'variance' | 'degrees'>;
  readonly isReliable: boolean;
}

function differenceOf(a: Estimate, b: Estimate, doubt: Doubt): Difference {
  const { variance, degrees, effectiveCount, isReliable } = doubt;
  const difference = b.value - a.value;
  const standardError = Math.sqrt(variance);
  return {
    a: a.value,
    b: b.value,
    difference,
    interval95: around(difference, standardError, degrees),
    standardError,
    degrees,
    pValue: pValueOf(difference, standardError, degrees),
    ...(a.value > 0 && b.value > 0 && { ratio: ratioOfTwo(a.value, b.value, doubt.log) }),
    effectiveCount,
    isReliable,
  };
}

/** By the logarithms, which are more nearly normal, and whose interval never goes below 0. */
function ratioOfTwo(a: number, b: number, { variance, degrees }: Doubt['log']): Ratio {
  const standardErrorOfLog = Math.sqrt(variance);
  const [low, high] = around(Math.log(b / a), standardErrorOfLog, degrees);
  return { value: b / a, interval95: [Math.exp(low), Math.exp(high)], standardErrorOfLog };
}

function around(value: number, error: number, degrees: number): Interval95 {
  const half = error === 0 ? 0 : criticalValue(CONFIDENCE, degrees) * error;
  return [value - half, value + half];
}

function pValueOf(difference: number, error: number, degrees: number): number {
  if (difference === 0) return 1;
  return error === 0 ? 0 : twoSided(difference / error, degrees);
}

function together(a: Spread, b: Spread, scaleA: number, scaleB: number) {
  const varianceA = a.variance * scaleA ** 2;
  const varianceB = b.variance * scaleB ** 2;
  const variance = varianceA + varianceB;
  const parts = varianceA ** 2 / a.degrees + varianceB ** 2 / b.degrees;
  return { variance, degrees: parts > 0 ? variance ** 2 / parts : Math.min(a.degrees, b.degrees) };
}

function isEnough(effectiveCount: number, { beyondShare }: Estimate): boolean {
  return effectiveCount * beyondShare >= BEYOND_MIN - ROUNDING;
}
