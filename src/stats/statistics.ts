interface Statistic {
  /** As tables head its column. */
  readonly label: string;
  /** The formula in words. */
  readonly says: string;
  /** With fewer values it is absent: one of them would decide it. */
  readonly countMin: number;
  /** Of an order statistic: the share of the values that is not above it, 0 to 1. */
  readonly share?: number;
}

/**
 * The statistics of a distribution, once, beside the count of its values. Tables, thresholds,
 * summary.json and its schema follow from this list.
 */
export const STATISTICS = {
  mean: { label: 'mean', countMin: 1, says: 'sum / count' },
  std: { label: 'std', countMin: 2, says: "the sample's: the squares are divided by count - 1" },
  min: { label: 'min', countMin: 1, says: 'the least value', share: 0 },
  p25: { label: '25%', countMin: 1, says: '25 % of the values are not above it', share: 0.25 },
  p50: { label: '50%', countMin: 1, says: 'the median', share: 0.5 },
  p75: { label: '75%', countMin: 1, says: '75 % of the values are not above it', share: 0.75 },
  p90: { label: '90%', countMin: 1, says: '90 % of the values are not above it', share: 0.9 },
  p95: { label: '95%', countMin: 1, says: '95 % of the values are not above it', share: 0.95 },
  p99: { label: '99%', countMin: 1, says: '99 % of the values are not above it', share: 0.99 },
  p999: { label: '99.9%', countMin: 1000, says: '99.9 % are not above it', share: 0.999 },
  p9999: { label: '99.99%', countMin: 10_000, says: '99.99 % are not above it', share: 0.9999 },
  max: { label: 'max', countMin: 1, says: 'the greatest value', share: 1 },
} as const satisfies Record<string, Statistic>;

export type StatisticName = keyof typeof STATISTICS;

/** Those that any value has. */
export type SureStatisticName = {
  [Name in StatisticName]: (typeof STATISTICS)[Name]['countMin'] extends 1 ? Name : never;
}[StatisticName];

export const STATISTIC_NAMES = Object.keys(STATISTICS) as StatisticName[];
