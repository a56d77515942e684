import { type Interval95, wilson95 } from '../../stats/intervals/certainty.ts';

/**
 * What one run says of one limit. A percentile is a share in disguise: p95 is below 200 ms where at most 5 % of the
 * values are above, and how certain a share is can be told also of few values, and of a queue that grows all the time.
 */
export type Estimate =
  /** Of `count` values, worth `effective` independent ones, the share `beyond` the limit; `allowed` may be. */
  | {
      readonly kind: 'share';
      readonly beyond: number;
      readonly allowed: number;
      readonly count: number;
      readonly effective: number;
    }
  /** How far beyond the limit: log(value / limit), or value - limit. `se` is its standard error, where it is known. */
  | { readonly kind: 'ratio' | 'difference'; readonly y: number; readonly se?: number }
  /** Beyond doubt. */
  | { readonly kind: 'fact'; readonly isBeyond: boolean };

export type Side = 'within' | 'beyond' | 'undecided';

/** What all runs of one place say of one limit together. */
export interface Pooled {
  /** Above 0: beyond the limit; on a scale on which it is not bent much, of logits for shares. */
  readonly y: number;
  /** How precise `y` is where it would be `at`: 1 / variance. */
  weightAt(at: number): number;
  readonly side: Side;
  /** As far from 0 values may lie to be fitted by one line. */
  readonly nearby: number;
}

/** Student's t at 97.5 % for the 31 degrees of freedom of 32 stretches of a run. */
const T_OF_RUN = 2.04;
/** Of so many runs less one, where they alone tell how certain they are: from 2 on. */
const T_OF_RUNS = [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

const NEARBY = { share: Math.log(6), ratio: Math.log(2), difference: 0.2 };

/** @param estimates of one kind, of which there is at least one. */
export function pooled(estimates: readonly Estimate[]): Pooled {
  // Where nothing was measured in one of the runs, what the others say does not help.
  if (estimates.some(({ kind }) => kind === 'fact')) return fact(estimates);
  return estimates[0]!.kind === 'share' ? shares(estimates) : values(estimates);
}

/** Beyond where one limit is exceeded for certain, within where all are kept for certain. */
export function sideOfAll(sides: readonly Side[]): Side {
  if (sides.includes('beyond')) return 'beyond';
  return sides.includes('undecided') ? 'undecided' : 'within';
}

function fact(estimates: readonly Estimate[]): Pooled {
  const isBeyond = estimates.some((one) => one.kind === 'fact' && one.isBeyond);
  return {
    y: isBeyond ? Infinity : -Infinity,
    weightAt: () => 0,
    side: isBeyond ? 'beyond' : 'within',
    nearby: 0,
  };
}

function shares(estimates: readonly Estimate[]): Pooled {
  let count = 0;
  let beyond = 0;
  let inflation = 0;
  let allowed = 0;
  for (const one of estimates) {
    if (one.kind !== 'share') continue;
    count += one.count;
    beyond += one.beyond * one.count;
    inflation += one.count / one.effective / estimates.length;
    allowed = one.allowed;
  }
  // Runs that happen to be calm look certain: how much a value is worth is told by all of them.
  const effective = count / inflation;
  const share = beyond / count;
  const odds = (share * effective + 0.5) / ((1 - share) * effective + 0.5);
  return {
    y: Math.log(odds) - logit(allowed),
    weightAt(at) {
      const fitted = 1 / (1 + Math.exp(-(at + logit(allowed))));
      return effective * fitted * (1 - fitted);
    },
    side: sideOf(wilson95(share, effective * (1.96 / T_OF_RUN) ** 2), allowed),
    nearby: NEARBY.share,
  };
}

function values(estimates: readonly Estimate[]): Pooled {
  const known = estimates.flatMap((one) =>
    one.kind === 'ratio' || one.kind === 'difference' ? [one] : [],
  );
  const y = mean(known.map((one) => one.y));
  const { se, t } = errorOf(known, y);
  return {
    y,
    weightAt: () => (se > 0 ? Math.min(1 / se ** 2, 1e12) : 1e12),
    side: sideOf([y - t * se, y + t * se], 0),
    nearby: NEARBY[known[0]!.kind],
  };
}

/** As the runs say of themselves; else as they differ from each other. */
function errorOf(runs: readonly { readonly y: number; readonly se?: number }[], y: number) {
  const count = runs.length;
  const own = runs.flatMap(({ se }) => (se === undefined ? [] : [se]));
  if (own.length === count) {
    return { se: Math.hypot(...own) / count, t: T_OF_RUN };
  }
  if (count < 3) return { se: Infinity, t: 1 };
  const squares = runs.reduce((sum, run) => sum + (run.y - y) ** 2, 0);
  const t = T_OF_RUNS[Math.min(count - 3, T_OF_RUNS.length - 1)]!;
  return { se: Math.sqrt(squares / (count - 1) / count), t };
}

function sideOf([low, high]: Interval95, limit: number): Side {
  if (high <= limit) return 'within';
  return low > limit ? 'beyond' : 'undecided';
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
