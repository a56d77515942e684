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
 * these are a at t cos(u + h), b at t cos(u - h), all u: the same pairs, whichever is called a. Where both are linear in their errors that is
 * b - a -+ t sqrt(s_a^2 + s_b^2 - 2 r s_a s_b); where they are not, as percentiles and means of waiting times, it
 * follows them (as the method of variance estimates recovery does; Zou and Donner 2008). Of r = 1 and a number
 * beside itself it is 0.
 */
export function intervalOf(a: Uncertain, b: Uncertain, r: number, of: Of): Interval95 {
  const degrees = degreesOfTwo(a, b, r);
  return degrees > 0 ? extent(a, b, r, criticalValue(CONFIDENCE, degrees), of) : anything(of);
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
const BISECTIONS = 40;

/** Cosine and sine of half the angle whose cosine is r. */
function halfAngle(r: number): readonly [number, number] {
  return [Math.sqrt((1 + r) / 2), Math.sqrt((1 - r) / 2)];
}

function extent(a: Uncertain, b: Uncertain, r: number, t: number, of: Of): Interval95 {
  const [along, across] = halfAngle(r);
  let [low, high] = [Infinity, -Infinity];
  for (const [cos, sin] of DIRECTIONS) {
    const x = a.at(t * (cos * along - sin * across));
    const y = b.at(t * (cos * along + sin * across));
    if (!Number.isFinite(x) && x === y) return anything(of);
    const value = of(x, y);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Whether no difference lies within: known as soon as there is one of either sign. */
function holdsNone(a: Uncertain, b: Uncertain, r: number, t: number): boolean {
  const [along, across] = halfAngle(r);
  let [isBelow, isAbove] = [false, false];
  for (const [cos, sin] of DIRECTIONS) {
    const x = a.at(t * (cos * along - sin * across));
    const y = b.at(t * (cos * along + sin * across));
    if (!Number.isFinite(x) && x === y) return true;
    if (y - x <= 0) isBelow = true;
    if (y - x >= 0) isAbove = true;
    if (isBelow && isAbove) return true;
  }
  return false;
}

/** Of independent ones, V^2 / (V_a^2 / d_a + V_b^2 / d_b) (Welch 1947); of pairs, those of the one that has less. */
export function degreesOfTwo(a: Uncertain, b: Uncertain, r: number): number {
  const least = Math.min(a.degrees, b.degrees);
  if (r !== 0) return least;
  const [v, w] = [a, b].map(({ at }) => ((at(1) - at(-1)) / 2) ** 2) as [number, number];
  if (!(v + w > 0) || !Number.isFinite(v + w)) return least;
  return (v + w) ** 2 / (v ** 2 / a.degrees + w ** 2 / b.degrees);
}
