import { criticalValue } from '../stats/intervals/student.ts';
import { type LeastSquares, leastSquares, solve } from './least-squares.ts';

/** A cause of time, as a column of numbers: one for each request. */
export interface Cause<Name extends string = string> {
  readonly name: Name;
  readonly values: Float64Array;
  /**
   * Left out where the others tell nearly the same: its variance is inflated by so much (Belsley, Kuh and Welsch 1980).
   * Of those that may be, the first. Absent: never.
   */
  readonly inflationMax?: number;
}

/** Milliseconds that one of a cause takes. */
export interface Coefficient<Name extends string = string> {
  readonly name: Name;
  readonly value: number;
  readonly interval95: readonly [number, number];
  /** What it comes to in the mean over the requests, milliseconds. */
  readonly meanMs: number;
  /**
   * told: its interval is not wider, either way, than it is large. nothing: what it can come to is none of the time.
   * unclear: neither, and the value is not to be used.
   */
  readonly finding: 'told' | 'nothing' | 'unclear';
}

export interface Fit<Name extends string = string> {
  /** What it takes without any of the causes, milliseconds. */
  readonly base: Coefficient<'base'>;
  readonly coefficients: readonly Coefficient<Name>[];
  /** Causes that are not among them. */
  readonly leftOut: readonly { readonly name: Name | 'base'; readonly why: LeftOut }[];
  readonly requests: number;
  readonly sessions: number;
  readonly meanMs: number;
  /** Share of the variance that it explains, 0 to 1, where requests count as they were weighed. */
  readonly explainedShare: number;
  /** Requests that took far less than all are said to take at the least: of many, the base holds more than that. */
  readonly belowBase: number;
  /** By how much a request is off: the root of the mean square of what is left, milliseconds. */
  readonly residualMs: number;
}

/** All requests had as much of it; too few had any; others tell the same; or it came out below 0, and no cause saves time. */
export type LeftOut = 'constant' | 'rare' | 'alike' | 'negative';

/** Why there are no numbers. */
export interface TooFew {
  readonly tooFew: string;
}

export interface Observations<Name extends string> {
  /** Milliseconds of each request. */
  readonly timesMs: Float64Array;
  readonly causes: readonly Cause<Name>[];
  /** Whose request it is: those of one may be alike. */
  readonly sessions: Int32Array;
  /**
   * Where requests are known to scatter more or less: a number of a group each, from 0. Each group then counts by how
   * much its requests are off. Absent: all count alike.
   */
  readonly scatter?: Int32Array;
}

const CONFIDENCE = 0.95;
/** Fewer say nothing of that many coefficients (Harrell's rule of ten to twenty a coefficient). */
const REQUESTS_A_COEFFICIENT = 10;
const ROUNDS = 6;
/** No group scatters less than the clocks do. */
const SCATTER_MIN_MS = 0.5;
/** Of the mean time: a coefficient is as good as 0 if its whole interval comes to less. */
const NOTHING_SHARE = 0.02;

const FAR_BELOW = 0.8;

/** Regresses times on their causes: weighted least squares, intervals robust to unequal scatter and to sessions. */
export function regress<Name extends string>(seen: Observations<Name>): Fit<Name> | TooFew {
  const count = seen.timesMs.length;
  const leftOut: { name: Name | 'base'; why: LeftOut }[] = [];
  let hasBase = true;
  // What nobody had any of is no cause.
  const some = seen.causes.filter(({ values }) => values.some((value) => value !== 0));
  let causes = some.filter(({ name, values }) => {
    const why = unusable(values);
    if (why) leftOut.push({ name, why });
    return !why;
  });
  for (;;) {
    const needed = REQUESTS_A_COEFFICIENT * (causes.length + 1);
    if (count < needed) return { tooFew: `${count} requests; expected at least ${needed}` };
    const found = reweighted(causes, seen, hasBase);
    const alike = causes.find(
      ({ inflationMax }, index) =>
        inflationMax !== undefined && !((found?.inflations[index + 1] ?? Infinity) < inflationMax),
    );
    if (alike) {
      leftOut.push({ name: alike.name, why: 'alike' });
      causes = causes.filter((cause) => cause !== alike);
      continue;
    }
    if (!found) return { tooFew: 'all causes went with each other' };
    const negative = mostNegative(causes, found);
    if (negative) {
      leftOut.push({ name: negative.name, why: 'negative' });
      causes = causes.filter((cause) => cause !== negative);
      continue;
    }
    const result = fitOf(causes, found, seen, leftOut);
    // Nothing takes less than no time: through the origin, then.
    if (!hasBase || result.base.interval95[1] >= 0) return result;
    leftOut.push({ name: 'base', why: 'negative' });
    hasBase = false;
  }
}

function unusable(values: Float64Array): LeftOut | undefined {
  if (values.every((value) => value === values[0])) return 'constant';
  const some = values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  return some < REQUESTS_A_COEFFICIENT ? 'rare' : undefined;
}

/** By its standard error, as one after the other is taken out (Lawson and Hanson 1974 end at the same causes, nearly always). */
function mostNegative<Name extends string>(
  causes: readonly Cause<Name>[],
  { coefficients, standardErrors }: LeastSquares,
): Cause<Name> | undefined {
  const scores = causes.map((_, index) => coefficients[index + 1]! / standardErrors[index + 1]!);
  const least = Math.min(0, ...scores);
  return least < 0 ? causes[scores.indexOf(least)] : undefined;
}

function reweighted(
  causes: readonly Cause[],
  { timesMs, scatter, sessions }: Observations<string>,
  hasBase: boolean,
): LeastSquares | undefined {
  const columns = causes.map(({ values }) => values);
  if (hasBase) columns.unshift(timesMs.map(() => 1));
  const weights = timesMs.map(() => 1);
  for (let round = 1; scatter && round < ROUNDS; round++) {
    const solved = solve(columns, timesMs, weights);
    if (!solved) return undefined;
    weigh(weights, solved.residuals, scatter);
  }
  const found = leastSquares(columns, timesMs, weights, sessions);
  return found && !hasBase ? withoutBase(found) : found;
}

/** The base is 0, and that is sure. */
function withoutBase(found: LeastSquares): LeastSquares {
  return {
    ...found,
    coefficients: [0, ...found.coefficients],
    standardErrors: [0, ...found.standardErrors],
    inflations: [1, ...found.inflations],
  };
}

/** Each group by 1 / the mean square of its residuals: feasible generalised least squares. */
function weigh(weights: Float64Array, residuals: Float64Array, groups: Int32Array): void {
  const sums: number[] = [];
  const counts: number[] = [];
  for (let row = 0; row < residuals.length; row++) {
    const group = groups[row]!;
    sums[group] = (sums[group] ?? 0) + residuals[row]! * residuals[row]!;
    counts[group] = (counts[group] ?? 0) + 1;
  }
  for (let row = 0; row < residuals.length; row++) {
    const group = groups[row]!;
    weights[row] = 1 / (sums[group]! / counts[group]! + SCATTER_MIN_MS ** 2);
  }
}

function fitOf<Name extends string>(
  causes: readonly Cause<Name>[],
  found: LeastSquares,
  { timesMs, sessions }: Observations<Name>,
  leftOut: Fit<Name>['leftOut'],
): Fit<Name> {
  const count = new Set(sessions).size;
  const t = criticalValue(CONFIDENCE, Math.max(1, count - 1));
  const meanMs = mean(timesMs);
  const coefficient = <N extends string>(
    name: N,
    index: number,
    meanValue: number,
  ): Coefficient<N> => {
    const value = found.coefficients[index]!;
    const half = t * found.standardErrors[index]!;
    const isSure = value !== 0 && half <= Math.abs(value);
    const isNothing = (Math.abs(value) + half) * Math.abs(meanValue) < NOTHING_SHARE * meanMs;
    return {
      name,
      value,
      interval95: [value - half, value + half],
      meanMs: value * meanValue,
      finding: isSure ? 'told' : isNothing ? 'nothing' : 'unclear',
    };
  };
  const base = coefficient('base', 0, 1);
  return {
    base,
    coefficients: causes.map(({ name, values }, index) =>
      coefficient(name, index + 1, mean(values)),
    ),
    leftOut,
    requests: timesMs.length,
    sessions: count,
    meanMs,
    explainedShare: found.explainedShare,
    belowBase: timesMs.filter((ms) => ms < FAR_BELOW * base.interval95[0]).length,
    residualMs: Math.sqrt(mean(found.residuals.map((residual) => residual * residual))),
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
