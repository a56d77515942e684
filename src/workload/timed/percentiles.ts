import { bisectRight } from 'd3-array';
import { below, type Rng } from '../../base/random.ts';
import { normalQuantile } from './normal-quantile.ts';

/** A length that this share of all lengths do not exceed. */
export interface Percentile {
  /** 0 to 1, both excluded. */
  readonly share: number;
  readonly tokens: number;
}

/** The length at a share; whole tokens, at least 1. */
export type Quantiles = (share: number) => number;

/**
 * Lengths that have all of these percentiles: between two of them the logarithm goes straight over the
 * normal variable of the share, so that between any two it is a part of a lognormal, and beyond the
 * outermost it goes on as it came. A lognormal fitted to all of them would meet none.
 * @param percentiles at least one, in order, none shorter than the one before
 */
export function quantilesThrough(percentiles: readonly Percentile[]): Quantiles {
  const z = percentiles.map(({ share }) => normalQuantile(share));
  const logs = percentiles.map(({ tokens }) => Math.log(Math.max(1, tokens)));
  if (z.length === 1) return () => Math.max(1, Math.round(percentiles[0]!.tokens));
  return (share) => {
    const at = normalQuantile(share);
    const right = Math.min(Math.max(1, bisectRight(z, at)), z.length - 1);
    const left = right - 1;
    const slope = (logs[right]! - logs[left]!) / (z[right]! - z[left]!);
    return Math.max(1, Math.round(Math.exp(logs[left]! + slope * (at - z[left]!))));
  };
}

const STRATA = 100;

/**
 * Shares in [0, 1), uniform, one in each hundredth of every hundred, in any order: a hundred requests are
 * enough to have the percentiles that thousands of independent draws would have.
 */
export function stratifiedShares(rng: Rng): () => number {
  const order = Array.from({ length: STRATA }, (_, stratum) => stratum);
  let left = 0;
  return () => {
    if (left === 0) left = STRATA;
    const chosen = below(rng, left);
    const stratum = order[chosen]!;
    left--;
    order[chosen] = order[left]!;
    order[left] = stratum;
    return (stratum + rng()) / STRATA;
  };
}
