import { deviation, mean, quantileSorted } from 'd3-array';

/** Percentiles by linear interpolation, numpy's default; the deviation is a sample's, and absent of one value. */
export type Summary = Readonly<Record<'mean' | 'min' | 'max' | Percentile, number>> & {
  readonly std?: number | undefined;
};

/** Those that AIBrix prints. */
export const PERCENTILES = [10, 25, 50, 75, 90, 95, 99] as const;

type Percentile = `p${(typeof PERCENTILES)[number]}`;

/** @param values at least one */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const percentiles = PERCENTILES.map((one) => [`p${one}`, quantileSorted(sorted, one / 100)!]);
  return {
    mean: mean(sorted)!,
    std: deviation(sorted),
    min: sorted[0]!,
    ...(Object.fromEntries(percentiles) as Record<Percentile, number>),
    max: sorted.at(-1)!,
  };
}
