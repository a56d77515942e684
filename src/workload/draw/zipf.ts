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
