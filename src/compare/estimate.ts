import { quantile } from '../stats/exact.ts';
import { spreadOf } from './blocks.ts';

/** What was measured of a metric, request by request in the order of time. */
export interface Series {
  readonly values: Float64Array;
  /**
   * Where the values of each request begin, and the number of all values: one more than there are requests. A
   * request may have none, or many, as its gaps are. Absent: each has one.
   */
  readonly starts?: Int32Array;
}

/** A statistic of a series, and what each request does to it. */
export interface Estimate {
  readonly value: number;
  /**
   * Of each request, in the order of time: value - truth is about their sum (the influence function of the
   * statistic over the number of values; Hampel 1974).
   */
  readonly contributions: Float64Array;
  /** What share lies on the side where less is, 0 to 1: 1 - p of a high percentile, half of a mean, p of a share. */
  readonly beyondShare: number;
  /** Of a rate: what requests contribute are shares of the time. */
  readonly isOfTime?: boolean;
  /** Of a percentile: how many of the values are not above it, 0 to 1. */
  readonly share?: number;
}

/** sum x / n; a value x contributes (x - mean) / n. undefined of no values. */
export function meanOf(series: Series): Estimate | undefined {
  const { values } = series;
  const count = values.length;
  if (!count) return undefined;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  const contributions = summed(series, (value) => (value - mean) / count);
  return { value: mean, contributions, beyondShare: 0.5 };
}

/**
 * The value q at a share p of the sorted values, between two of them linearly. A value x contributes
 * (p - [x <= q]) / (n f(q)) (Bahadur 1966), where 1 / f(q), the slope of the values over their shares, is
 * (q(p + h) - q(p - h)) / 2h over the interval +- h that p may lie in (Woodruff 1952; Francisco and Fuller 1991).
 * undefined of no values.
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
  const shares = summed(series, (each) => (share - (each <= value ? 1 : 0)) / count);
  const slope = slopeAt(sorted, share, Math.sqrt(spreadOf(shares).variance));
  const contributions = shares.map((each) => each * slope);
  return { value, contributions, beyondShare: Math.min(share, 1 - share), share };
}

/** Half an interval of 95 %, in standard errors. */
const Z975 = 1.96;

/** How fast the values grow with their share, seen over what the share may be off by. */
function slopeAt(sorted: Float64Array, share: number, error: number): number {
  const half = Math.min(0.5, Math.max(Z975 * error, 1 / sorted.length));
  const low = Math.max(0, share - half);
  const high = Math.min(1, share + half);
  return (quantile(sorted, high) - quantile(sorted, low)) / (high - low);
}

/**
 * sum x / sum y over requests, such as cached tokens over input tokens, good ones over all, or completed ones over
 * the time; a request contributes (x - R y) / sum y (Cochran 1977, 6.3). undefined where sum y is 0.
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
  return { value, contributions, beyondShare: isShare ? Math.min(value, 1 - value) : 0.5 };
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
