import { quantile } from '../stats/exact.ts';
import { upTo } from '../stats/intervals/certainty.ts';

/** What was measured of a metric, request by request in the order of time. */
export interface Series {
  readonly values: Float64Array;
  /**
   * Where the values of each request begin, and the number of all values: one more than there are requests. A
   * request may have none, or many, as its gaps are. Absent: each has one.
   */
  readonly starts?: Int32Array;
}

/** A statistic of a series, what each request does to it, and what it would be where that came out otherwise. */
export interface Estimate {
  readonly value: number;
  /**
   * Of each request, in the order of time, to a sum that is 0 on average: of a mean and a quotient in their own unit
   * (the influence function of the statistic over the number of values; Hampel 1974), of a percentile in shares
   * of the values.
   */
  readonly contributions: Float64Array;
  /** The value where that sum should have been so much; infinite where nothing is known of it. */
  readonly moved: (by: number) => number;
  /** The standard error of the sum is no less than this, whatever was seen. */
  readonly errorMin?: number;
  /** Of how many values, or requests of a quotient. */
  readonly count: number;
  /** What share lies on the side where less is, 0 to 1: 1 - p of a high percentile, half of a mean, p of a share. */
  readonly beyondShare: number;
  /** Of values of which each request has one. */
  readonly isMean?: boolean;
  /** Of a rate: what requests contribute are shares of the time. */
  readonly isOfTime?: boolean;
}

/**
 * sum x / n; a value x contributes (x - mean) / n. The mean of values that are not below 0 moves as 1 / mean does:
 * see `stats/intervals/certainty.ts`. undefined of no values.
 */
export function meanOf(series: Series): Estimate | undefined {
  const { values } = series;
  const count = values.length;
  if (!count) return undefined;
  let sum = 0;
  let isPositive = true;
  for (const value of values) {
    sum += value;
    if (value < 0) isPositive = false;
  }
  const mean = sum / count;
  const contributions = summed(series, (value) => (value - mean) / count);
  const moved = (by: number) => {
    if (!isPositive || mean <= 0) return mean + by;
    return by < mean ? mean / (1 - by / mean) : Infinity;
  };
  const isMean = contributions.length === count;
  return { value: mean, contributions, moved, count, beyondShare: 0.5, isMean };
}

/**
 * The value q at a share p of the sorted values, between two of them linearly. A value x contributes
 * ([x > q] - (1 - F)) / n to the share F that is not above q, all of it scaled from F (1 - F) to p (1 - p), which are
 * the same but for values that are alike; the value moves along the sorted ones (Woodruff 1952). Beyond the last of
 * them nothing is known; before the first, 0 of what is not below 0. undefined of no values.
 *
 * @param sorted the values in ascending order
 */
export function quantileOf(
  series: Series,
  sorted: Float64Array,
  share: number,
): Estimate | undefined {
  const count = sorted.length;
  if (!count) return undefined;
  const value = quantile(sorted, share);
  const limit = upTo(value);
  const found = shareUpTo(sorted, limit);
  const scale = found < 1 ? Math.sqrt((share * (1 - share)) / (found * (1 - found))) / count : 0;
  const contributions = summed(series, (each) => scale * (found - (each <= limit ? 1 : 0)));
  const isAlike = sorted[0] === sorted[count - 1];
  const lowest = sorted[0]! >= 0 ? 0 : -Infinity;
  const moved = (by: number) => {
    if (isAlike) return value;
    if (share + by >= 1) return Infinity;
    return share + by > 0 ? quantile(sorted, share + by) : lowest;
  };
  const errorMin = isAlike ? 0 : Math.sqrt((share * (1 - share)) / count);
  const beyondShare = Math.min(share, 1 - share);
  return { value, contributions, moved, errorMin, count, beyondShare };
}

/** What share of them is not above a value. */
function shareUpTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

/**
 * sum x / sum y over requests, such as cached tokens over input tokens, good ones over all, or completed ones over
 * the time; a request contributes (x - R y) / sum y (Cochran 1977, 6.3). A share moves as ln(R / (1 - R)) does, so
 * that it stays one. undefined where sum y is 0.
 *
 * @param isShare of requests that are something, so that enough must be it, and enough not
 */
export function ratioOf(
  numerators: Float64Array,
  denominators: Float64Array,
  isShare: boolean,
): Estimate | undefined {
  let above = 0;
  let below = 0;
  numerators.forEach((x, index) => {
    above += x;
    below += denominators[index]!;
  });
  if (!(below > 0)) return undefined;
  const value = above / below;
  const contributions = numerators.map((x, index) => (x - value * denominators[index]!) / below);
  const spread = value * (1 - value);
  const moved = (by: number) =>
    isShare && spread > 0 ? 1 / (1 + ((1 - value) / value) * Math.exp(-by / spread)) : value + by;
  const beyondShare = isShare ? Math.min(value, 1 - value) : 0.5;
  return { value, contributions, moved, count: numerators.length, beyondShare };
}

/** Of each request, the sum over its values. */
function summed(series: Series, of: (value: number) => number): Float64Array {
  const { values, starts } = series;
  if (!starts) return values.map(of);
  const sums = new Float64Array(starts.length - 1);
  for (let request = 0; request < sums.length; request++) {
    let sum = 0;
    for (let index = starts[request]!; index < starts[request + 1]!; index++) {
      sum += of(values[index]!);
    }
    sums[request] = sum;
  }
  return sums;
}
