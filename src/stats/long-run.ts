/**
 * How much a sum of values that are alike in time varies by chance, from the sums of k stretches of time
 * (batch means), each taken from what it would be on average. All sums are of the whole: V = k / (k - 1) sum S^2.
 */

/** Correlation of stretches from which on nothing can be concluded. */
const CORRELATION_MAX = 0.9;
/** Of fewer stretches, pairs of them say nothing. */
const PAIRED_MIN = 12;

/**
 * The variance as it is likely to be: V (1 + r) / (1 - r), with r > 0 the correlation of a stretch with the next,
 * as if it went on so (Steiger et al. 2005). Infinity of fewer than two stretches.
 */
export function likelyVariance(stretches: ArrayLike<number>): number {
  // Of independent stretches it is -1 / k on average.
  return varianceBy(stretches, (r, count) => r + 1 / count);
}

/** A variance, and how many degrees of freedom it has. */
export interface LongRun {
  readonly variance: number;
  readonly degrees: number;
}

/**
 * The variance that an interval is made of, rather too large than too small: the greater one of V (1 + r) / (1 - r)
 * of the stretches and of pairs of them, with the r that they have where (1 + 4 r) / k of it is lost, as they are
 * taken from the mean of the same run (Marriott and Pope 1954); 0 where that is within a standard error 1 / sqrt(k).
 * Of stretches with r = 0 it has k - 1 degrees of freedom. Else its relative variance is 2 / (k - 1) of the sum of
 * squares and 4 / k of (1 + r) / (1 - r), together those of k / 3 degrees (Satterthwaite 1946).
 */
export function prudentVariance(stretches: ArrayLike<number>): LongRun {
  const count = stretches.length;
  let isAlike = false;
  const unbiased = (found: number, of: number) => {
    const r = of > LOST ? (found + 1 / of) / (1 - LOST / of) : found;
    const counts = r > 1 / Math.sqrt(of);
    if (counts && of === count) isAlike = true;
    return counts ? r : 0;
  };
  const alone = varianceBy(stretches, unbiased);
  const ofPairs = count < PAIRED_MIN ? 0 : varianceBy(inPairs(stretches), unbiased);
  const variance = Math.max(alone, ofPairs);
  return { variance, degrees: isAlike ? degreesOf(count) : Math.max(1, count - 1) };
}

const LOST = 4;

/** Of the variance of so many stretches that are alike. */
function degreesOf(stretches: number): number {
  return Math.max(1, stretches / 3);
}

function varianceBy(
  stretches: ArrayLike<number>,
  correlationOf: (found: number, count: number) => number,
): number {
  const count = stretches.length;
  if (count < 2) return Infinity;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (let index = 0; index < count; index++) {
    const sum = stretches[index]!;
    squares += sum * sum;
    products += sum * before;
    before = sum;
  }
  if (squares === 0) return 0;
  const r = Math.min(CORRELATION_MAX, Math.max(0, correlationOf(products / squares, count)));
  return ((squares * count) / (count - 1)) * ((1 + r) / (1 - r));
}

function inPairs(stretches: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: stretches.length >> 1 }, (_, index) => {
    const last = 2 * index + 1;
    // Of an odd number the last one goes with the pair before it.
    const rest = last === stretches.length - 2 ? stretches[last + 1]! : 0;
    return stretches[last - 1]! + stretches[last]! + rest;
  });
}
