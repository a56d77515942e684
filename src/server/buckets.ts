/** A histogram as Prometheus has it: how many values are at most each bound. */
export interface Buckets {
  readonly count: number;
  readonly sum: number;
  readonly buckets: readonly { readonly bound: number; readonly upTo: number }[];
}

/** What buckets tell of values that nobody has kept. The mean is exact; percentiles are as good as the buckets. */
export interface BucketSummary {
  readonly count: number;
  readonly mean?: number;
  /** Interpolated linearly within a bucket; absent beyond the last bound. */
  readonly p50?: number;
  readonly p99?: number;
  /** The bucket that it lies in: above the first, at most the second. */
  readonly p50Within?: readonly [number, number];
  readonly p99Within?: readonly [number, number];
}

export function summariseBuckets({ count, sum, buckets }: Buckets): BucketSummary {
  if (count === 0) return { count };
  const sorted = buckets.toSorted((a, b) => a.bound - b.bound);
  const [p50, p99] = [quantile(sorted, 0.5 * count), quantile(sorted, 0.99 * count)];
  return {
    ...{ count, mean: sum / count },
    ...(p50 && { p50: p50.value, p50Within: p50.within }),
    ...(p99 && { p99: p99.value, p99Within: p99.within }),
  };
}

interface Quantile {
  readonly value: number;
  readonly within: readonly [number, number];
}

/** As PromQL's histogram_quantile: values are taken to lie evenly in their bucket, the first of which begins at 0. */
function quantile(buckets: Buckets['buckets'], rank: number): Quantile | undefined {
  const index = buckets.findIndex(({ upTo }) => upTo >= rank);
  if (index < 0) return undefined;
  const { bound, upTo } = buckets[index]!;
  const below = buckets[index - 1] ?? { bound: 0, upTo: 0 };
  const value = below.bound + ((bound - below.bound) * (rank - below.upTo)) / (upTo - below.upTo);
  return { value, within: [below.bound, bound] };
}
