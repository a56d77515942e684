/**
 * Student's t with any number of degrees of freedom, also broken ones, as Welch's are; more than 1e6 are as
 * good as the normal distribution. By the incomplete beta function: Abramowitz and Stegun 26.7.1 and 26.5.8.
 */

/** How likely a value at least as far from 0 as `t` is, on either side: 0 to 1. */
export function twoSided(t: number, degrees: number): number {
  if (Number.isNaN(t) || !(degrees > 0)) return Number.NaN;
  if (!Number.isFinite(t)) return 0;
  const freedom = Math.min(degrees, DEGREES_MAX);
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/** Half the width, in standard errors, of an interval that holds the truth with this confidence: 2.04 of 0.95 and 31. */
export function criticalValue(confidence: number, degrees: number): number {
  if (last.confidence === confidence && last.degrees === degrees) return last.value;
  last = { confidence, degrees, value: criticalValueOf(confidence, degrees) };
  return last.value;
}

/** Asked for twice in a row: by who makes degrees of freedom of a series, and by who makes an interval of them. */
let last = { confidence: Number.NaN, degrees: Number.NaN, value: Number.NaN };

function criticalValueOf(confidence: number, degrees: number): number {
  const tail = 1 - confidence;
  if (!(degrees > 0) || tail <= 0) return Infinity;
  let low = 0;
  let high = 1;
  while (twoSided(high, degrees) > tail && high < VALUE_MAX) high *= 2;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (twoSided(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const DEGREES_MAX = 1e6;
const VALUE_MAX = 1e9;
/** To the last bit but few. */
const BISECTIONS = 52;
const PRECISION = 1e-14;
const TERMS_MAX = 10_000;

/** I_x(a, b), by the continued fraction on the side where it converges fast. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (normaliser.a !== a || normaliser.b !== b) {
    normaliser = { a, b, log: logGamma(a + b) - logGamma(a) - logGamma(b) };
  }
  const logFront = normaliser.log + a * Math.log(x) + b * Math.log1p(-x);
  const front = Math.exp(logFront);
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** Of the last a and b: a search for a critical value asks for many x of the same ones. */
let normaliser = { a: Number.NaN, b: Number.NaN, log: Number.NaN };

/** Lentz's method: the fraction of 26.5.8, from its beginning. */
function fraction(x: number, a: number, b: number): number {
  const apart = (value: number) => (Math.abs(value) < Number.MIN_VALUE ? Number.MIN_VALUE : value);
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return result;
}

/** Lanczos (1964), with g = 7 and the nine coefficients of Godfrey: 15 digits. */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x + 6.5;
  const sum = LANCZOS.reduce(
    (sum, coefficient, index) => sum + (index ? coefficient / (x - 1 + index) : coefficient),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];
