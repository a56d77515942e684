/**
 * How likely a standard normal value at least as far from 0 as `z` is, on either side: erfc(|z| / sqrt 2), to 1.2e-7 of
 * itself (Press et al., Numerical Recipes, 6.2).
 */
export function normalTwoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let polynomial = 0;
  for (let index = CHEBYSHEV.length - 1; index >= 0; index--) {
    polynomial = polynomial * t + CHEBYSHEV[index]!;
  }
  return t * Math.exp(polynomial - x * x);
}

const CHEBYSHEV = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];
