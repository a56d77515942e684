import { quantile } from './exact.ts';
import { STATISTICS, type StatisticName } from './statistics.ts';

/** How far the statistics of a distribution can be trusted, its values being a sample that is correlated in time. */
export interface Certainty {
  /** So many independent values would tell as much about the mean. */
  readonly effectiveCount: number;
  /** Where the true value lies with a confidence of 95 %: lower and upper end, by statistic. */
  readonly interval95: Intervals95;
  /** Statistics without an interval, as there are too few values for one. */
  readonly tooFew?: readonly StatisticName[];
}

export type Interval95 = readonly [low: number, high: number];
export type Intervals95 = Readonly<Partial<Record<StatisticName, Interval95>>>;

/**
 * Values are taken together in at most so many stretches of time. Schmeiser (1982): more than 30 add little;
 * the longer they are, the less is one correlated with the next.
 */
const STRETCHES = 32;
/** Beyond a percentile there must be so many independent values: n_eff (1 - p) and n_eff p. */
export const BEYOND_MIN = 10;
/** Of the mean, as of the median. */
const EFFECTIVE_MIN = 2 * BEYOND_MIN;
/** Correlation of stretches from which on nothing can be concluded. */
const CORRELATION_MAX = 0.9;

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
 * The certainty of a series, by the method of batch means. `values` are in the order of time, `sorted` are the
 * same in ascending order, of which there is at least one.
 *
 *     tau      m Var(means of stretches of m values) / Var(values), at least 1; with r > 0, the correlation of
 *              a stretch with the next, times (1 + r) / (1 - r), as if it went on so (Steiger et al. 2005)
 *     n_eff    n / tau
 *     mean     +- t s / sqrt(n_eff)
 *     p        the values at the shares p +- t sqrt(p (1 - p) / n_eff), where n_eff is of the series of 0 and 1
 *              that says which values are not above the percentile (Woodruff 1952)
 *
 * A percentile needs n_eff (1 - p) >= 10 and n_eff p >= 10, by its own n_eff and by the mean's, which is the
 * less noisy one.
 */
export function certaintyOf(
  values: Float64Array,
  sorted: Float64Array,
  { mean, std = 0 }: { readonly mean: number; readonly std?: number | undefined },
): Certainty {
  const count = values.length;
  const known = SHARES.filter(({ countMin }) => count >= countMin);
  const limits = Float64Array.from(known, ({ share }) => quantile(sorted, share));
  const stretches = stretchesOf(values, limits);
  const t = T975[Math.max(DEGREES_MIN, stretches.count - 1) - DEGREES_MIN]!;
  const effective = count / inflation(stretches.sums, stretches, mean, std ** 2);
  const interval95: Record<string, Interval95> = {};
  const tooFew: StatisticName[] = [];
  if (effective < EFFECTIVE_MIN) tooFew.push('mean');
  else {
    const halfWidth = (t * std) / Math.sqrt(effective);
    interval95['mean'] = [mean - halfWidth, mean + halfWidth];
  }
  known.forEach(({ name, share }, index) => {
    const below = stretches.below[index]!;
    const found = below.reduce((sum, each) => sum + each, 0) / count;
    const own = count / inflation(below, stretches, found, found * (1 - found));
    if (Math.min(own, effective) * Math.min(share, 1 - share) < BEYOND_MIN - ROUNDING) {
      tooFew.push(name);
      return;
    }
    const halfWidth = t * Math.sqrt((share * (1 - share)) / own);
    interval95[name] = [
      quantile(sorted, Math.max(0, share - halfWidth)),
      quantile(sorted, Math.min(1, share + halfWidth)),
    ];
  });
  return {
    effectiveCount: effective,
    interval95,
    ...(tooFew.length > 0 && { tooFew }),
  };
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

/** How much larger the variance of a mean is than that of independent values of this variance: tau. */
function inflation(
  sums: Float64Array,
  { count, starts }: Stretches,
  mean: number,
  variance: number,
): number {
  if (!(variance > 0) || count < 2) return 1;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (let stretch = 0; stretch < count; stretch++) {
    const rest = sums[stretch]! - mean * (starts[stretch + 1]! - starts[stretch]!);
    squares += rest ** 2;
    products += rest * before;
    before = rest;
  }
  const longRun = (squares * count) / ((count - 1) * starts[count]!);
  // Of independent stretches it is -1 / count on average.
  const correlation = squares > 0 ? products / squares + 1 / count : 0;
  const r = Math.min(CORRELATION_MAX, Math.max(0, correlation));
  return Math.max(1, (longRun / variance) * ((1 + r) / (1 - r)));
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
