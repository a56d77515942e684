import type { Interval95 } from '../stats/intervals/certainty.ts';
import { criticalValue, twoSided } from '../stats/intervals/student.ts';

/** A number, and where the truth may lie. */
export interface Uncertain {
  readonly value: number;
  /** The value that lies so many standard errors above it (below: negative); infinite where nothing is known of it. */
  readonly at: (errors: number) => number;
  /** Degrees of freedom of the standard error. */
  readonly degrees: number;
}

/** How far an estimate may lie from the truth, either way. */
export interface Doubt {
  readonly variance: number;
  readonly degrees: number;
}

/** What is asked of two numbers: their difference, or how many times one the other is. */
export type Of = (a: number, b: number) => number;

export const CONFIDENCE = 0.95;
/** So many directions from the estimate are looked into. */
const DIRECTIONS = Array.from({ length: 96 }, (_, index) => {
  const angle = (2 * Math.PI * index) / 96;
  return [Math.cos(angle), Math.sin(angle)] as const;
});

/**
 * Where b - a (or b / a) lies with a confidence of 95 %: from the least to the greatest of all pairs of values that
 * are at most t standard errors away, t of Student's. With r = cos(2 h), the correlation of the errors of a and b,
 * these are a at t cos(u + h), b at t cos(u - h), all u: the same pairs, whichever is called a. Where both are linear in
 * their errors that is b - a -+ t sqrt(s_a^2 + s_b^2 - 2 r s_a s_b); where they are not, as percentiles and means of
 * waiting times, it follows them (as the method of variance estimates recovery does; Zou and Donner 2008). Of r = 1
 * and a number beside itself it is 0.
 *
 * Where nothing is known of one end, all of the 5 % are left for the other one.
 */
export function intervalOf(a: Uncertain, b: Uncertain, r: number, of: Of): Interval95 {
  const degrees = degreesOfTwo(a, b, r);
  if (!(degrees > 0)) return anything(of);
  const [low, high] = extent(a, b, r, criticalValue(CONFIDENCE, degrees), of);
  const [least, most] = anything(of);
  if (low > least === high < most) return [low, high];
  const [lowest, highest] = extent(a, b, r, criticalValue(2 * CONFIDENCE - 1, degrees), of);
  return low > least ? [lowest, most] : [least, highest];
}

/** How likely an estimate as far from no difference is where there is none: the confidence at which it is an end. */
export function pValueOf(a: Uncertain, b: Uncertain, r: number): number {
  if (a.value === b.value) return 1;
  const degrees = degreesOfTwo(a, b, r);
  if (!(degrees > 0)) return 1;
  const isIn = (t: number) => holdsNone(a, b, r, t);
  let [low, high] = [0, ERRORS_MAX];
  if (!isIn(high)) return 0;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (isIn(middle)) high = middle;
    else low = middle;
  }
  return twoSided((low + high) / 2, degrees);
}

export const difference: Of = (a, b) => b - a;
/** Of numbers above 0. */
export const quotient: Of = (a, b) => (a > 0 ? Math.max(0, b) / a : Infinity);

/** Half of an interval of 95 %, as the variance that makes it. */
export function doubtOf([low, high]: Interval95, degrees: number): Doubt {
  if (low === high) return { variance: 0, degrees };
  return { variance: ((high - low) / 2 / criticalValue(CONFIDENCE, degrees)) ** 2, degrees };
}

/** A number whose error has this variance, the same either way. */
export function straight(value: number, { variance, degrees }: Doubt): Uncertain {
  const error = Math.sqrt(variance);
  return { value, degrees, at: (errors) => (errors === 0 ? value : value + errors * error) };
}

function anything(of: Of): Interval95 {
  return [of(Infinity, 0), of(1, Infinity)];
}

const ERRORS_MAX = 40;
/** To a millionth of an error. */
const BISECTIONS = 26;

function extent(a: Uncertain, b: Uncertain, r: number, t: number, of: Of): Interval95 {
  let [low, high] = [Infinity, -Infinity];
  const isKnown = eachPair(a, b, r, t, (x, y) => {
    const value = of(x, y);
    if (value < low) low = value;
    if (value > high) high = value;
  });
  return isKnown ? [low, high] : anything(of);
}

/** Whether no difference lies within. */
function holdsNone(a: Uncertain, b: Uncertain, r: number, t: number): boolean {
  let [isBelow, isAbove] = [false, false];
  const isKnown = eachPair(a, b, r, t, (x, y) => {
    if (y - x <= 0) isBelow = true;
    if (y - x >= 0) isAbove = true;
  });
  return !isKnown || (isBelow && isAbove);
}

/** Pairs of values that are t errors away, all around; false where in one nothing is known of both. */
function eachPair(
  a: Uncertain,
  b: Uncertain,
  r: number,
  t: number,
  use: (x: number, y: number) => void,
): boolean {
  // Cosine and sine of half the angle whose cosine is r.
  const [along, across] = [Math.sqrt((1 + r) / 2), Math.sqrt((1 - r) / 2)];
  const [legsA, legsB] = alikeLopsided(legsOf(a, t), legsOf(b, t), r);
  for (const [cos, sin] of DIRECTIONS) {
    const x = valueAt(a, legsA, cos * along - sin * across);
    const y = valueAt(b, legsB, cos * along + sin * across);
    if (!Number.isFinite(x) && x === y) return false;
    use(x, y);
  }
  return true;
}

/** By how much a number is below and above, t errors away. */
type Legs = readonly [down: number, up: number];

function legsOf({ value, at }: Uncertain, t: number): Legs {
  return [value - at(-t), at(t) - value];
}

/**
 * In between it goes straight. Subtle: the sorted values that a percentile moves along are ragged, those of A otherwise
 * than those of B, and the greatest of many differences between two ragged curves is far off (on M/M/1 by a half).
 */
function valueAt({ value }: Uncertain, [down, up]: Legs, share: number): number {
  if (share === 0) return value;
  return share > 0 ? value + share * up : value + share * down;
}

/**
 * What is left of raggedness: as far as their errors are the same, two numbers go up as many times as far as down as
 * both together do, each as far in all as it does.
 */
function alikeLopsided(a: Legs, b: Legs, r: number): readonly [Legs, Legs] {
  const times = (a[1] + b[1]) / (a[0] + b[0]);
  if (r <= 0 || !(times > 0) || !Number.isFinite(times)) return [a, b];
  const shared = ([down, up]: Legs): Legs => {
    const least = (down + up) / (1 + times);
    return [down + r * (least - down), up + r * (times * least - up)];
  };
  return [shared(a), shared(b)];
}

/** Of independent ones, V^2 / (V_a^2 / d_a + V_b^2 / d_b) (Welch 1947); of pairs, those of the one that has less. */
export function degreesOfTwo(a: Uncertain, b: Uncertain, r: number): number {
  const least = Math.min(a.degrees, b.degrees);
  if (r !== 0) return least;
  const [v, w] = [a, b].map(({ at }) => ((at(1) - at(-1)) / 2) ** 2) as [number, number];
  if (!(v + w > 0) || !Number.isFinite(v + w)) return least;
  return (v + w) ** 2 / (v ** 2 / a.degrees + w ** 2 / b.degrees);
}
