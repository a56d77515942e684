import { criticalValue } from '../stats/intervals/student.ts';

/** What a series of differences says of their mean. Without bounds: it is too short to say anything. */
export interface Estimate {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the differences; absent for one. */
  readonly std?: number;
  readonly low?: number;
  readonly high?: number;
}

/**
 * Variance of the mixing distribution of the standardized effect, mean / std of a round's difference. It decides at
 * which length the interval is tightest; whatever it is, false alarms are bounded. 4 is made for paired rounds, whose
 * effects are of the order of their spread.
 */
const MIXING_VARIANCE = 4;
/** Of the correlation of a difference with the next, from which on nothing can be concluded. */
const CORRELATION_MAX = 0.9;

/**
 * A confidence sequence of the mean: however often it is looked at, and whatever is decided by what it says, the
 * chance that it ever leaves the true mean out is at most `alpha`. With n differences, their mean m and standard
 * deviation s (the squares divided by n - 1), and g the mixing variance:
 *
 *     m +- s sqrt((n - 1) x / n)     x = (K - 1) / (1 - K / (1 + n g))     K = (sqrt(1 + n g) / alpha)^(2 / n)
 *
 * and no bounds where K >= 1 + n g, nor before `firstLook(alpha)` differences. It is where the Bayes factor of a mean other than mu, with effect size ~ N(0, g)
 * and the right Haar prior 1/s of the scale, against the mean mu stays below 1 / alpha:
 *
 *     B(mu) = (1 + n g)^(-1/2) ((1 + T^2 / (n - 1)) / (1 + T^2 / ((n - 1) (1 + n g))))^(n / 2)
 *     T = sqrt(n) (m - mu) / s
 *
 * which is a test martingale whatever the scale is: so Ville's inequality bounds its maximum. Exact at every n, from
 * the first, for independent normal differences; means of many requests, whose signs are as often one as the other
 * where there is no difference, are near enough (test/ab/proof.ts). Lai (1976), Ann. Statist. 4, 265; Rouder et al.
 * (2009), Psychon. Bull. Rev. 16, 225; Hendriksen, de Heide, Gruenwald (2021), Bayesian Anal. 16, 961; Wang and
 * Ramdas (2025), Sequential Analysis, "Anytime-valid t-tests".
 *
 * Neighbours that are alike are worth less: n is n (1 - r) / (1 + r), with r the part of their correlation that
 * is above its standard error 1 / sqrt(n).
 */
export function sequenceOf(values: readonly number[], alpha: number): Estimate {
  const { std, ...estimate } = momentsOf(values);
  if (std === undefined) return estimate;
  const r = std > 0 ? correlation(values) : 0;
  const n = (values.length * (1 - r)) / (1 + r);
  const growth = 1 + n * MIXING_VARIANCE;
  const k = (Math.sqrt(growth) / alpha) ** (2 / n);
  if (values.length < firstLook(alpha) || n <= 1 || k >= growth) return { ...estimate, std };
  const x = (k - 1) / (1 - k / growth);
  return bounded({ ...estimate, std }, Math.sqrt(((n - 1) * x) / n));
}

/**
 * Differences from which on something is concluded: where nothing but the signs can be trusted, so many of one sign have
 * a chance of at most `alpha`, 2 / 2^n. Fewer could be all alike, and would then seem to have no spread.
 */
export function firstLook(alpha: number): number {
  return Math.ceil(Math.log2(2 / alpha));
}

/** The mean +- t s / sqrt(n), for a number of differences that was fixed beforehand. */
export function fixedIntervalOf(values: readonly number[], alpha: number): Estimate {
  const { std, ...estimate } = momentsOf(values);
  if (std === undefined) return estimate;
  const t = criticalValue(1 - alpha, values.length - 1);
  return bounded({ ...estimate, std }, t / Math.sqrt(values.length));
}

/** How many differences of this spread it takes until a mean so far from 0 shows, as a rule. */
export function roundsNeeded(std: number, distance: number, alpha: number): number {
  for (let count = firstLook(alpha); count < COUNT_MAX; count++) {
    const growth = 1 + count * MIXING_VARIANCE;
    const k = (Math.sqrt(growth) / alpha) ** (2 / count);
    const x = (k - 1) / (1 - k / growth);
    if (k < growth && std * Math.sqrt(((count - 1) * x) / count) < distance) return count;
  }
  return Infinity;
}

/** More rounds than anybody plays. */
const COUNT_MAX = 10_000;

function bounded(estimate: Estimate & { readonly std: number }, width: number): Estimate {
  const halfWidth = width * estimate.std;
  return { ...estimate, low: estimate.mean - halfWidth, high: estimate.mean + halfWidth };
}

function momentsOf(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { count, mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = Math.sqrt(squares / (count - 1));
  return { count, mean, std: std > ROUNDING * Math.abs(mean) ? std : 0 };
}

/** Values that are alike, but for their last bits, have no spread. */
const ROUNDING = 1e-12;

/** Of a value with the next, as far as it is more than chance, 0 or more; of values that differ. */
function correlation(values: readonly number[]): number {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    products += (value - mean) * before;
    before = value - mean;
  }
  // Of independent values it is -1 / n on average.
  const beyond = products / squares + 1 / count - 1 / Math.sqrt(count);
  return Math.min(CORRELATION_MAX, Math.max(0, beyond));
}
