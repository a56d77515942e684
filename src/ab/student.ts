/**
 * Quantile of Student's t with `degrees` degrees of freedom: P(t <= x) = share, for a share of 0.5 to below 1.
 * By bisection of the distribution function, 1 - I(d / (d + x^2); d / 2, 1 / 2) / 2, with the incomplete beta
 * function as a continued fraction (Abramowitz and Stegun 26.5.8; Lentz's evaluation).
 */
export function studentQuantile(share: number, degrees: number): number {
  const above = (x: number): number => incompleteBeta(degrees / (degrees + x * x), degrees / 2) / 2;
  let high = 1;
  while (above(high) > 1 - share) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (above(middle) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Halves: as many as a double has bits. */
const STEPS = 53;
const TERMS_MAX = 1000;
const TINY = 1e-300;

/** I(x; a, 1/2). */
function incompleteBeta(x: number, a: number): number {
  const b = 0.5;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  // The fraction converges fast on this side of the mean only.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Stirling's series, above 8 by the recurrence: good to 1e-13. */
function logGamma(z: number): number {
  let shift = 0;
  while (z < 8) shift -= Math.log(z++);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
}
