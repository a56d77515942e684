import { spreadOf } from './blocks.ts';
import { type Difference, differenceOf, scaled, together } from './difference.ts';
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

/** Of 2 to 4 runs: how many times the variance within may be that between them by chance; F at 95 %, chi^2 / (R - 1). */
const BETWEEN_MAX = [3.84, 3, 2.6];

/**
 * Of two sides with runs of which none belongs to one of the other side. A side's number is the mean over its
 * runs. What that leaves open: V_b = s^2 / R between its runs, V_w within them (the mean of their variances over
 * R), and of the two the greater one. Its degrees of freedom are R - 1 from 5 runs on, or where V_b is greater
 * than chance makes it; else those within, as few runs say little about how much they differ. The variances of
 * the sides add up, V = V_A + V_B, with V^2 / (V_A^2 / d_A + V_B^2 / d_B) degrees of freedom (Welch 1947,
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
      // Of both together: of a share, such as that of failures, one may well have none.
      beyondShare: (sideA.beyondShare + sideB.beyondShare) / 2,
      ...(Math.min(a.length, b.length) >= RUNS_ENOUGH && { isReliable: true }),
    },
  );
}

/** Of pairs of runs that played the same requests: the mean of their differences, of which the same is true. */
export function pairedRepeats(pairs: readonly Difference[]): Difference {
  const [first, ...others] = pairs;
  if (others.length === 0) return first!;
  const a = { value: meanOver(pairs.map(({ a }) => a)) };
  const b = { value: meanOver(pairs.map(({ b }) => b)) };
  const plain = over(pairs.map(({ difference, doubt }) => ({ value: difference, doubt })));
  const log = pairs.every(({ ratio }) => ratio !== undefined)
    ? over(pairs.map(({ ratio }) => ({ value: Math.log(ratio!.value), doubt: ratio!.doubt })))
    : plain;
  return differenceOf(a, b, plain, log, {
    effectiveCount: pairs.reduce((sum, { effectiveCount }) => sum + effectiveCount, 0),
    beyondShare: meanOver(pairs.map(({ beyondShare }) => beyondShare)),
    ...(pairs.length >= RUNS_ENOUGH && { isReliable: true }),
  });
}

function sideOf(runs: readonly OfRun[]) {
  const each = runs.map(({ estimate, conversations }) => ({
    estimate,
    spread: spreadOf(estimate.contributions, conversations, estimate.isOfTime),
  }));
  return {
    value: meanOver(each.map(({ estimate }) => estimate.value)),
    doubt: over(each.map(({ estimate, spread }) => ({ value: estimate.value, doubt: spread }))),
    effectiveCount: each.reduce((sum, { spread }) => sum + spread.effectiveCount, 0),
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
  const isOfChance = count < RUNS_ENOUGH && between <= BETWEEN_MAX[count - 2]! * within;
  const degrees = isOfChance ? runs.reduce((sum, { doubt }) => sum + doubt.degrees, 0) : count - 1;
  return { variance: Math.max(between, within), degrees, skewness: 0 };
}

function meanOver(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
