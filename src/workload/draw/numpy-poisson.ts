import type { RandomState } from './numpy.ts';

/** From here on the transformed rejection is the faster one. */
const TRANSFORMED_MIN = 10;

/** A draw of a Poisson distribution as RandomState has it (numpy/random/src/distributions/distributions.c). */
export function numpyPoisson(state: RandomState, lambda: number): number {
  if (lambda === 0) return 0;
  return lambda < TRANSFORMED_MIN ? byProducts(state, lambda) : byRejection(state, lambda);
}

function byProducts(state: RandomState, lambda: number): number {
  const least = Math.exp(-lambda);
  let count = 0;
  for (let product = state.uniform(); product > least; product *= state.uniform()) count++;
  return count;
}

/** PTRS of W. Hoermann, "The transformed rejection method for generating Poisson random variables" (1993). */
function byRejection(state: RandomState, lambda: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(lambda);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = state.uniform() - 0.5;
    const v = state.uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + lambda + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
    if (left <= -lambda + k * Math.log(lambda) - logGamma(k + 1)) return k;
  }
}

/** Coefficients of Stirling's series. */
const SERIES = [
  8.333333333333333e-2, -2.777777777777778e-3, 7.936507936507937e-4, -5.952380952380952e-4,
  8.417508417508418e-4, -1.917526917526918e-3, 6.41025641025641e-3, -2.955065359477124e-2,
  1.796443723688307e-1, -1.3924322169059,
];
const LOG_2_PI = 1.8378770664093453;
/** The series is good from here on; smaller arguments are led back to it. */
const SERIES_MIN = 7;

function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const steps = x < SERIES_MIN ? Math.floor(SERIES_MIN - x) : 0;
  const large = x + steps;
  const square = (1 / large) ** 2;
  const sum = SERIES.reduceRight((total, coefficient) => total * square + coefficient, 0);
  let log = sum / large + 0.5 * LOG_2_PI + (large - 0.5) * Math.log(large) - large;
  for (let step = 1; step <= steps; step++) log -= Math.log(large - step);
  return log;
}
