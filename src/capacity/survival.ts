import { runReferences } from '../ledger/run-references.ts';
import type { Run } from '../record/run-folder.ts';
import { type Interval95, wilson95 } from '../stats/intervals/certainty.ts';
import { capacityOfRun } from './capacity.ts';
import { reusesAt } from './expected.ts';
import { type Fineness, logBins, type Range } from './log-bins.ts';
import { servedBy } from './references.ts';
import { type Return, returnsOf } from './returns.ts';
import { reusesIn } from './tier-reuses.ts';
import { reachableBlocks } from './tiers.ts';

export interface SurvivalOptions {
  /** Blocks of the cache whose hits are expected; default: as many as the hits show. */
  readonly capacityBlocks?: number | undefined;
  /** Also expect the hits of a cache that forgets what has not been used for so long. */
  readonly ttlMs?: number | undefined;
}

/** Whether a conversation finds what it left in the cache, by how long it was away. */
export interface Survival {
  readonly blockTokens: number;
  /** Requests that came back to something of their conversation's own. */
  readonly returns: number;
  readonly hits: number;
  /** 5 %, half and 95 % of them were away for less, ms. Absent without returns. */
  readonly gapsMs?: readonly [number, number, number];
  /** The same gap for all: what depends on it cannot be seen. */
  readonly isConstant: boolean;
  /** By idle gap, seconds. */
  readonly byGap: readonly SurvivalBin[];
  /** By reuse distance, blocks. */
  readonly byDistance: readonly SurvivalBin[];
  /** Whose hits are expected: an LRU cache of so many blocks. Absent: neither given, nor to be inferred. */
  readonly capacityBlocks?: number;
  /** It was given, the hits show it, or they show that there is at least so much. */
  readonly capacityFrom?: 'given' | 'hits' | 'atLeast';
  readonly ttlMs?: number;
}

export interface SurvivalBin extends Range {
  readonly returns: number;
  readonly hits: number;
  readonly share: number;
  /** Wilson's, of independent returns. */
  readonly interval95: Interval95;
  /** Of the share: of an LRU cache, and of one with a time to live. */
  readonly lruShare?: number;
  readonly ttlShare?: number;
}

/** Gaps that are no further apart than this, 95 % to 5 % of them, are one. */
const SPREAD_MIN = 1.3;

export function survivalOf(run: Run, { capacityBlocks, ttlMs }: SurvivalOptions = {}): Survival {
  const references = runReferences(run);
  const { blockTokens } = references;
  const caches = servedBy(references);
  const given =
    capacityBlocks === undefined ? undefined : { blocks: capacityBlocks, from: 'given' as const };
  const tiers = given ? undefined : capacityOfRun(run).tiers;
  const capacity = given ?? reachableBlocks(tiers);
  const returns = caches.flatMap((served) =>
    returnsOf(
      served,
      tiers
        ? reusesIn(tiers, served, blockTokens)
        : reusesAt(served, blockTokens, capacity?.blocks ?? 0),
    ),
  );
  const gaps = Float64Array.from(returns, ({ gapMs }) => gapMs).sort();
  const at = (share: number) => gaps[Math.floor(share * (gaps.length - 1))]!;
  const spread = gaps.length ? ([at(0.05), at(0.5), at(0.95)] as const) : undefined;
  const expected = { hasLru: capacity !== undefined, ttlMs };
  return {
    blockTokens,
    returns: returns.length,
    hits: returns.filter(({ isHit }) => isHit).length,
    ...(spread && { gapsMs: spread }),
    isConstant: spread !== undefined && spread[2] <= SPREAD_MIN * spread[0],
    byGap: binned(returns, ({ gapMs }) => gapMs / 1000, 'coarse', expected),
    byDistance: binned(returns, ({ distanceBlocks }) => distanceBlocks, 'fine', expected),
    ...(capacity && { capacityBlocks: capacity.blocks, capacityFrom: capacity.from }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

interface Expected {
  readonly hasLru: boolean;
  readonly ttlMs: number | undefined;
}

function binned(
  returns: readonly Return[],
  by: (one: Return) => number,
  fineness: Fineness,
  { hasLru, ttlMs }: Expected,
): SurvivalBin[] {
  return logBins(returns, by, fineness).map(({ from, to, values }) => {
    const share = shareOf(values, ({ isHit }) => isHit);
    return {
      from,
      to,
      returns: values.length,
      hits: Math.round(share * values.length),
      share,
      interval95: wilson95(share, values.length),
      ...(hasLru && { lruShare: shareOf(values, ({ isExpected }) => isExpected) }),
      ...(ttlMs !== undefined && { ttlShare: shareOf(values, ({ gapMs }) => gapMs < ttlMs) }),
    };
  });
}

function shareOf(returns: readonly Return[], is: (one: Return) => boolean): number {
  return returns.filter(is).length / returns.length;
}
