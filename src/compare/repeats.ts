import { spreadOf } from './blocks.ts';
import { type Difference, differenceOf, isEnough, uncertain } from './difference.ts';
import type { Estimate } from './estimate.ts';
import {
  type Doubt,
  difference,
  doubtOf,
  intervalOf,
  straight,
  type Uncertain,
} from './interval.ts';

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
 * than chance makes it; else those within, as few runs say little about how much they differ.
 */
export function unpairedRepeats(a: readonly OfRun[], b: readonly OfRun[]): Difference {
  const [sideA, sideB] = [sideOf(a, b), sideOf(b, a)];
  const isOfMany = Math.min(a.length, b.length) >= RUNS_ENOUGH;
  return differenceOf(sideA, sideB, 0, {
    effectiveCount: Math.min(sideA.effectiveCount, sideB.effectiveCount),
    isReliable: isOfMany || isEnough([...a, ...b].map(({ estimate }) => estimate)),
  });
}

/** Of pairs of runs that played the same requests: the mean of their differences, of which the same is true. */
export function pairedRepeats(pairs: readonly Difference[]): Difference {
  const [first, ...others] = pairs;
  if (others.length === 0) return first!;
  const a = meanOver(pairs.map(({ a }) => a));
  const b = meanOver(pairs.map(({ b }) => b));
  const between = over(pairs.map(({ difference, doubt }) => ({ value: difference, doubt })));
  const ratios = pairs.flatMap(({ ratio }) => ratio ?? []);
  const ofLog = over(ratios.map(({ value, doubt }) => ({ value: Math.log(value), doubt })));
  const plain = differenceOf(exactly(a, between), straight(b, between), 0, {
    effectiveCount: pairs.reduce((sum, { effectiveCount }) => sum + effectiveCount, 0),
    isReliable: pairs.length >= RUNS_ENOUGH || pairs.every(({ isReliable }) => isReliable),
  });
  if (ratios.length < pairs.length) return plain;
  const log = Math.log(b / a);
  const ends = intervalOf(exactly(0, ofLog), straight(log, ofLog), 0, difference);
  const ratio = {
    value: b / a,
    interval95: [Math.exp(ends[0]), Math.exp(ends[1])] as const,
    doubt: doubtOf(ends, ofLog.degrees),
  };
  return { ...plain, ratio };
}

/** What a difference that is known as a whole is from. */
function exactly(value: number, { degrees }: Doubt): Uncertain {
  return straight(value, { variance: 0, degrees });
}

/** @param others the runs of the other side: the one at the same place tells how a run may be alike in time as well */
function sideOf(
  runs: readonly OfRun[],
  others: readonly OfRun[],
): Uncertain & { readonly effectiveCount: number } {
  const each = runs.map(({ estimate, conversations }, index) => {
    const other = others[index]?.estimate.contributions;
    const { contributions, isOfTime } = estimate;
    const spread = spreadOf(contributions, { conversations, isOfTime, other });
    return { ...uncertain(estimate, spread), effectiveCount: spread.effectiveCount };
  });
  const effectiveCount = each.reduce((sum, { effectiveCount }) => sum + effectiveCount, 0);
  if (each.length === 1) return each[0]!;
  const value = meanOver(each.map(({ value }) => value));
  const doubts = each.map(({ value, at, degrees }) => ({
    value,
    doubt: { variance: ((at(1) - at(-1)) / 2) ** 2, degrees },
  }));
  return { ...straight(value, over(doubts)), effectiveCount };
}

function over(runs: readonly { readonly value: number; readonly doubt: Doubt }[]): Doubt {
  const count = runs.length;
  if (count < 2) return runs[0]?.doubt ?? { variance: Infinity, degrees: 0 };
  const within = meanOver(runs.map(({ doubt }) => doubt.variance)) / count;
  const mean = meanOver(runs.map(({ value }) => value));
  const squares = runs.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  const between = squares / (count - 1) / count;
  // Many runs say how much they differ, though one of them does not know its own.
  if (count >= RUNS_ENOUGH) {
    const variance = Number.isFinite(within) ? Math.max(between, within) : between;
    return { variance, degrees: count - 1 };
  }
  const isOfChance = between <= BETWEEN_MAX[count - 2]! * within;
  const degrees = isOfChance ? runs.reduce((sum, { doubt }) => sum + doubt.degrees, 0) : count - 1;
  return { variance: Math.max(between, within), degrees };
}

function meanOver(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
