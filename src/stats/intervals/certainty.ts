import { quantile } from '../exact.ts';
import { STATISTICS, type StatisticName } from '../statistics.ts';
import { likelyVariance, longRunOf } from './long-run.ts';
import { criticalValue } from './student.ts';

/** How far the statistics of a distribution can be trusted, its values being a sample that is correlated in time. */
export interface Certainty {
  /** So many independent values would tell as much about the mean. */
  readonly effectiveCount: number;
  /**
   * Where the true value lies with a confidence of 95 %: lower and upper end, by statistic. An end is infinite
   * where the values say nothing of it, as of a p99 that so few independent ones lie beyond.
   */
  readonly interval95: Intervals95;
  /** Statistics without an interval, as there are too few values for one, however independent they are. */
  readonly tooFew?: readonly StatisticName[];
}

export type Interval95 = readonly [low: number, high: number];
export type Intervals95 = Readonly<Partial<Record<StatisticName, Interval95>>>;

/** Values are taken together in at most so many stretches of time: enough for the slowest cosines (`memory.ts`). */
export const STRETCHES = 128;
/**
 * Beyond a percentile there must be so many values: n (1 - p) and n p. A rule of n alone: were it one of n_eff, the
 * runs that pass it would be those that were calm by chance, and know it least (see README).
 */
export const BEYOND_MIN = 10;
/** Of the mean, as of the median. */
const COUNT_MIN = 2 * BEYOND_MIN;

/** Quantiles at 97.5 % of Student's t, of 9 to 31 degrees of freedom: of fewer values nothing is concluded. */
const DEGREES_MIN = 9;
const T975 = [
  2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074,
  2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042, 2.04,
];

/**
 * Half the width of a 95 % interval around the mean of independent values, in standard errors; undefined for fewer
 * than ten of them, of which nothing is concluded.
 */
export function standardErrors95(count: number): number | undefined {
  const degrees = count - 1;
  if (degrees < DEGREES_MIN) return undefined;
  return T975[Math.min(degrees - DEGREES_MIN, T975.length - 1)];
}

/** The statistics that estimate something: not those of the one value at an end. */
const SHARES = Object.entries(STATISTICS).flatMap(([name, statistic]) =>
  'share' in statistic && statistic.share > 0 && statistic.share < 1
    ? [{ name: name as StatisticName, share: statistic.share, countMin: statistic.countMin }]
    : [],
);

/**
 * The certainty of a series. `values` are in the order of time, `sorted` are the
 * same in ascending order, of which there is at least one.
 *
 *     tau      variance of a sum of the values over that of as many independent ones, at least 1: see `long-run.ts`
 *     n_eff    n / tau, tau as it is likely to be; in what follows it is averaged over all that it may be
 *     d        t s / (m sqrt(n_eff)), t of Student's, m the mean
 *     mean     m / (1 + d) to m / (1 - d), without an upper end from d = 1 on; m (1 -+ d) of values below 0
 *     p        the values at the shares p +- t sqrt(p (1 - p) / n_eff), where n_eff is of the series of 0 and 1
 *              that says which values are not above the percentile (Woodruff 1952); no such share, no such end
 *
 * The error of a mean of waiting times grows with the square of the mean (of a queue, tau does so as well as the
 * variance), so it is that of 1 / m that does not depend on m: a calm run has a low mean, and a low error.
 *
 * A percentile needs n (1 - p) >= 10 and n p >= 10, a mean n >= 20.
 */
export function certaintyOf(
  values: Float64Array,
  sorted: Float64Array,
  { mean, std = 0 }: { readonly mean: number; readonly std?: number | undefined },
): Certainty {
  const count = values.length;
  const known = SHARES.filter(({ countMin }) => count >= countMin);
  const limits = Float64Array.from(known, ({ share }) => upTo(quantile(sorted, share)));
  const stretches = stretchesOf(values, limits);
  const rests = restsOf(stretches.sums, stretches, mean);
  const interval95: Record<string, Interval95> = {};
  const tooFew: StatisticName[] = [];
  if (count < COUNT_MIN) tooFew.push('mean');
  else {
    const { variance, degrees } = longRunOf({ stretches: rests, alone: count * std ** 2, count });
    const error = Math.sqrt(variance) / count;
    interval95['mean'] = aroundMean(
      mean,
      criticalValue(CONFIDENCE, degrees) * error,
      sorted[0]! >= 0,
    );
  }
  known.forEach(({ name, share }, index) => {
    if (count * Math.min(share, 1 - share) < BEYOND_MIN - ROUNDING) {
      tooFew.push(name);
      return;
    }
    const below = stretches.below[index]!;
    const found = below.reduce((sum, each) => sum + each, 0) / count;
    const alone = count * found * (1 - found);
    const rest = restsOf(below, stretches, found);
    const { variance, degrees } = longRunOf({ stretches: rest, alone, count });
    const tau = alone > 0 ? variance / alone : 1;
    const t = criticalValue(CONFIDENCE, degrees);
    const halfWidth = t * Math.sqrt((tau * share * (1 - share)) / count);
    interval95[name] = [
      share > halfWidth ? quantile(sorted, share - halfWidth) : lowest(sorted),
      share + halfWidth < 1 ? quantile(sorted, share + halfWidth) : Infinity,
    ];
  });
  return {
    effectiveCount: count / inflation(likelyVariance(rests), std ** 2, count),
    interval95,
    ...(tooFew.length > 0 && { tooFew }),
  };
}

const CONFIDENCE = 0.95;

/** Values that are alike but for their last bits, as of differences of times, are the same one. */
export function upTo(limit: number): number {
  return limit + ALIKE * Math.abs(limit);
}

const ALIKE = 1e-9;

/** Whether an interval has an end on either side. */
export function isClosed([low, high]: Interval95): boolean {
  return Number.isFinite(low) && Number.isFinite(high);
}

/**
 * The mean +- so much, in terms of 1 / mean where the values are not below 0 (see `certaintyOf`): the value z
 * errors above it is mean / (1 - z error / mean).
 *
 * @param halfWidth of the symmetric interval
 */
export function aroundMean(mean: number, halfWidth: number, isOfPositive: boolean): Interval95 {
  if (!isOfPositive || mean <= 0) return [mean - halfWidth, mean + halfWidth];
  const d = halfWidth / mean;
  return [mean / (1 + d), d < 1 ? mean / (1 - d) : Infinity];
}

/** Of what cannot be below 0, where nothing was. */
function lowest(sorted: Float64Array): number {
  return sorted[0]! >= 0 ? 0 : -Infinity;
}

/** 1 - 0.99 is not 0.01 to the last bit. */
const ROUNDING = 1e-9;

/** Consecutive values, taken together. */
interface Stretches {
  readonly count: number;
  /** First value of each, and the number of all values. */
  readonly starts: readonly number[];
  readonly sums: Float64Array;
  /** By limit: how many values of each stretch are not above it. */
  readonly below: readonly Float64Array[];
}

function stretchesOf(values: Float64Array, limits: Float64Array): Stretches {
  const count = Math.max(1, Math.min(STRETCHES, values.length >> 1));
  const starts = Array.from({ length: count + 1 }, (_, index) =>
    Math.floor((index * values.length) / count),
  );
  const sums = new Float64Array(count);
  const below = Array.from(limits, () => new Float64Array(count));
  const kinds = limits.length;
  const between = new Int32Array(kinds + 1);
  for (let stretch = 0; stretch < count; stretch++) {
    between.fill(0);
    let sum = 0;
    // Subtle: once a value of a run; the limits are few and most values are below the first ones.
    for (let index = starts[stretch]!; index < starts[stretch + 1]!; index++) {
      const value = values[index]!;
      sum += value;
      let kind = 0;
      while (kind < kinds && value > limits[kind]!) kind++;
      between[kind]!++;
    }
    sums[stretch] = sum;
    let all = 0;
    for (let kind = 0; kind < kinds; kind++) below[kind]![stretch] = all += between[kind]!;
  }
  return { count, starts, sums, below };
}

/** What is in each stretch above what the mean would put there. */
function restsOf(sums: Float64Array, { starts }: Stretches, mean: number): Float64Array {
  return sums.map((sum, index) => sum - mean * (starts[index + 1]! - starts[index]!));
}

/** How much larger a variance of the sum of so many values is than that of independent ones: tau. */
function inflation(longRun: number, variance: number, count: number): number {
  if (!(variance > 0) || !Number.isFinite(longRun)) return 1;
  return Math.max(1, longRun / (count * variance));
}

/** Quantile at 97.5 % of the normal distribution. */
const Z975 = 1.959964;

/** Where a share lies that was found so often among so many independent ones: Wilson (1927), good for few as well. */
export function wilson95(share: number, count: number): Interval95 {
  const z2 = Z975 ** 2 / count;
  const centre = (share + z2 / 2) / (1 + z2);
  const halfWidth = Math.sqrt(share * (1 - share) * z2 + z2 ** 2 / 4) / (1 + z2);
  return [Math.max(0, centre - halfWidth), Math.min(1, centre + halfWidth)];
}
