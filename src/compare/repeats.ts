import { spreadOf } from './blocks.ts';
import { type Difference, differenceOf, isEnough, scaled, together } from './difference.ts';
import type { Estimate } from './estimate.ts';
import type { Doubt } from './interval.ts';

/** A run of a side. */
export interface OfRun {
  readonly estimate: Estimate;
  /** Of each request, the number of its conversation. */
  readonly conversations?: Int32Array;
}

/** From so many runs on, what they differ by says enough, whatever there is in each. */
const RUNS_ENOUGH = 5;

/**
 * Of two sides with runs of which none belongs to one of the other side. A side's number is the mean over its
 * runs; its variance that of this mean, s^2 / R with R - 1 degrees of freedom, and never less than what the
 * single runs leave open (their variances' mean over R): a side of one run has that alone. The variances of the
 * sides add up, V = V_A + V_B, with V^2 / (V_A^2 / d_A + V_B^2 / d_B) degrees of freedom (Welch 1947,
 * Satterthwaite 1946).
 */
export function unpairedRepeats(a: readonly OfRun[], b: readonly OfRun[]): Difference {
  const [sideA, sideB] = [sideOf(a), sideOf(b)];
  return differenceOf(
    sideA,
    sideB,
    together(sideA.doubt, sideB.doubt),
    together(scaled(sideA.doubt, sideA.value), scaled(sideB.doubt, sideB.value)),
    {
      effectiveCount: Math.min(sideA.effectiveCount, sideB.effectiveCount),
      isReliable: [sideA, sideB].every(
        ({ runs, leastCount }) => runs >= RUNS_ENOUGH || isEnough(leastCount, sideA, sideB),
      ),
    },
  );
}

/**
 * Of pairs of runs that played the same requests: the mean of their differences, with the variance s^2 / R of that
 * mean and R - 1 degrees of freedom, and never less than what the single pairs leave open.
 */
export function pairedRepeats(pairs: readonly Difference[]): Difference {
  const [first, ...others] = pairs;
  if (others.length === 0) return first!;
  const isEvery = (is: (pair: Difference) => boolean) => pairs.every(is);
  const a = { value: meanOver(pairs.map(({ a }) => a)) };
  const b = { value: meanOver(pairs.map(({ b }) => b)) };
  const plain = over(pairs.map(({ difference, doubt }) => ({ value: difference, doubt })));
  const log = isEvery(({ ratio }) => ratio !== undefined)
    ? over(pairs.map(({ ratio }) => ({ value: Math.log(ratio!.value), doubt: ratio!.doubt })))
    : plain;
  return differenceOf(a, b, plain, log, {
    effectiveCount: pairs.reduce((sum, { effectiveCount }) => sum + effectiveCount, 0),
    isReliable: pairs.length >= RUNS_ENOUGH || isEvery(({ isReliable }) => isReliable),
  });
}

interface OfSide {
  readonly value: number;
  readonly doubt: Doubt;
  readonly effectiveCount: number;
  readonly runs: number;
  /** Of the run that tells least. */
  readonly leastCount: number;
  readonly beyondShare: number;
}

function sideOf(runs: readonly OfRun[]): OfSide {
  const each = runs.map(({ estimate, conversations }) => ({
    estimate,
    spread: spreadOf(estimate.contributions, conversations),
  }));
  return {
    value: meanOver(each.map(({ estimate }) => estimate.value)),
    doubt: over(each.map(({ estimate, spread }) => ({ value: estimate.value, doubt: spread }))),
    effectiveCount: each.reduce((sum, { spread }) => sum + spread.effectiveCount, 0),
    runs: runs.length,
    leastCount: Math.min(...each.map(({ spread }) => spread.effectiveCount)),
    beyondShare: meanOver(each.map(({ estimate }) => estimate.beyondShare)),
  };
}

function over(runs: readonly { readonly value: number; readonly doubt: Doubt }[]): Doubt {
  const count = runs.length;
  if (count === 1) return runs[0]!.doubt;
  const within = meanOver(runs.map(({ doubt }) => doubt.variance)) / count;
  const mean = meanOver(runs.map(({ value }) => value));
  const squares = runs.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  const between = squares / (count - 1) / count;
  const degrees = count - 1;
  return { variance: Math.max(between, within), degrees, skewness: 0 };
}

function meanOver(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
