import type { Interval95 } from '../stats/certainty.ts';
import { criticalValue, twoSided } from '../stats/student.ts';
import type { Spread } from './blocks.ts';

/** How far an estimate may lie from the truth. */
export type Doubt = Pick<Spread, 'variance' | 'degrees' | 'skewness'>;

const CONFIDENCE = 0.95;
/** Of less, the transformation is the identity to all digits that count. */
const SKEWNESS_MIN = 1e-6;

/**
 * Where the truth lies with a confidence of 95 %: value - s g^-1(+-t), with s the root of the variance, t of
 * Student's, and g the cubic that takes the skewness c of the estimate out of T = (value - truth) / s (Hall 1992):
 *
 *     g(T) = T + c T^2 / 3 + c^2 T^3 / 27 + c / 6
 *
 * which is flat at T = -3 / c; where its slope, (1 + c T / 3)^2, has fallen to 1/4, it goes straight on.
 *
 * Differences of latencies are skewed, as few bad stretches make them; without it, intervals of calm runs miss.
 * Without a variance, the truth is the value.
 */
export function intervalAround(
  value: number,
  { variance, degrees, skewness }: Doubt,
  confidence = CONFIDENCE,
): Interval95 {
  if (variance === 0) return [value, value];
  if (!(degrees > 0) || !Number.isFinite(variance)) return [-Infinity, Infinity];
  const s = Math.sqrt(variance);
  const t = criticalValue(confidence, degrees);
  return [value - s * skewed(t, skewness), value - s * skewed(-t, skewness)];
}

/** How likely an estimate as far from 0 is where the truth is 0: 0 to 1, on both sides, by the same cubic. */
export function pValueOf(value: number, { variance, degrees, skewness }: Doubt): number {
  if (value === 0) return 1;
  if (variance === 0) return 0;
  if (!(degrees > 0) || !Number.isFinite(variance)) return 1;
  return twoSided(straightened(value / Math.sqrt(variance), skewness), degrees);
}

/** Where the slope has fallen to so much, the cubic is left. */
const SLOPE_MIN = 1 / 4;

function straightened(t: number, c: number): number {
  if (Math.abs(c) < SKEWNESS_MIN) return t;
  const bend = bendOf(c);
  const isBeyond = c > 0 ? t < bend : t > bend;
  return isBeyond ? cubic(bend, c) + SLOPE_MIN * (t - bend) : cubic(t, c);
}

/** The inverse of `straightened`. */
function skewed(x: number, c: number): number {
  if (Math.abs(c) < SKEWNESS_MIN) return x;
  const bend = bendOf(c);
  const atBend = cubic(bend, c);
  const isBeyond = c > 0 ? x < atBend : x > atBend;
  return isBeyond
    ? bend + (x - atBend) / SLOPE_MIN
    : (3 / c) * (Math.cbrt(1 + c * (x - c / 6)) - 1);
}

function cubic(t: number, c: number): number {
  return t + (c * t * t) / 3 + (c * c * t ** 3) / 27 + c / 6;
}

/** Where (1 + c T / 3)^2 is `SLOPE_MIN`, on the side on which it falls. */
function bendOf(c: number): number {
  return -1.5 / c;
}
