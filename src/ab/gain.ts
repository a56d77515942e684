import type { Estimate } from './interval.ts';
import { gainOf, type MeasureKey } from './measures.ts';

/** What B gains over A: low and high bounds hold at every round at once. Absent: there is nothing to say. */
export interface Gain {
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
}

/** The estimate of a difference as a gain of B: where less is better, its ends change places. */
export function gainIn(measure: MeasureKey, { mean, low, high }: Estimate): Gain {
  const gain = gainOf(measure, mean);
  if (low === undefined || high === undefined) return { mean: gain };
  const ends = [gainOf(measure, low), gainOf(measure, high)];
  return { mean: gain, low: Math.min(...ends), high: Math.max(...ends) };
}
