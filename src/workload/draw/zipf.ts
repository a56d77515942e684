import { bisectRight } from 'd3-array';
import type { Rng } from '../../base/random.ts';

/**
 * One draw of P(k) proportional to k^-alpha over k = 1, 2, …, for alpha > 1: rejection from the integer
 * part of a Pareto variable (Devroye, Non-Uniform Random Variate Generation, 1986, section X.6.1).
 * Draws beyond 2^53, which are not whole numbers any more, are drawn again.
 */
export function zipf(rng: Rng, alpha: number): number {
  const b = 2 ** (alpha - 1);
  for (;;) {
    // Neither may be 0: the power would be infinite.
    const u = 1 - rng();
    const v = rng();
    const x = Math.floor(u ** (-1 / (alpha - 1)));
    if (x > Number.MAX_SAFE_INTEGER) continue;
    const t = (1 + 1 / x) ** (alpha - 1);
    if ((v * x * (t - 1)) / (b - 1) <= t / b) return x;
  }
}

export interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** P(k) proportional to k^-alpha over `min` to `max`. */
export interface ZipfSettings {
  readonly alpha: number;
  readonly min: number;
  readonly max?: number | undefined;
}

/** One draw after the other: of a bounded one from a table, which also has an alpha of at most 1. */
export function zipfSampler({ alpha, min, max }: ZipfSettings): (rng: Rng) => number {
  if (max !== undefined) {
    const { upTo, total } = weights(alpha, min, max);
    return (rng) => min + bisectRight(upTo, rng() * total);
  }
  return (rng) => {
    let value: number;
    do value = zipf(rng, alpha);
    while (value < min);
    return value;
  };
}

/** Of a bounded one. */
export function zipfMoments({ alpha, min, max }: ZipfSettings): Moments | undefined {
  if (max === undefined) return undefined;
  const { upTo, total } = weights(alpha, min, max);
  let mean = 0;
  let square = 0;
  upTo.forEach((sum, index) => {
    const share = (sum - (upTo[index - 1] ?? 0)) / total;
    mean += share * (min + index);
    square += share * (min + index) ** 2;
  });
  return { mean, std: Math.sqrt(Math.max(0, square - mean ** 2)) };
}

/** Sums of what the numbers weigh, from the least on. */
function weights(alpha: number, min: number, max: number) {
  const upTo = new Float64Array(max - min + 1);
  let total = 0;
  for (let k = min; k <= max; k++) {
    // Relative to the least, so that none is lost to a large alpha.
    total += (k / min) ** -alpha;
    upTo[k - min] = total;
  }
  return { upTo, total };
}
