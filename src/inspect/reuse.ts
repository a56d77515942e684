import type { PrefixReuseSummary, PrefixTotals } from '../cache/prefix-reuse.ts';
import type { Distribution } from '../stats/quantile.ts';
import type {
  Capacity,
  CapacityPoint,
  LruSummary,
  ReuseSummary,
  TtlSummary,
  UnlimitedShares,
} from './inspection.ts';

export interface ReuseOptions {
  readonly blockTokens: number;
  readonly engineBlockTokens: number;
  readonly warmup: number;
  readonly bytesPerToken?: number | undefined;
  /** In blocks; absent: parts of the distinct blocks. */
  readonly capacities?: readonly number[] | undefined;
  /** Absent: seconds to hours, as long as the trace is. */
  readonly ttlsSec?: readonly number[] | undefined;
  readonly spanMs: number;
}

const CAPACITY_SHARES = [0.001, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];
const NEEDED_SHARES = [0.5, 0.8, 0.9, 0.95, 0.99];
const TTLS_SEC = [1, 10, 60, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600];

export function reuseOf(
  reuse: PrefixReuseSummary,
  sessionShares: Distribution | undefined,
  options: ReuseOptions,
): ReuseSummary {
  const { totals } = reuse;
  return {
    warmupRequests: options.warmup,
    requests: totals.requests,
    inputTokens: totals.inputTokens,
    blocks: totals.blocks,
    unlimited: unlimitedOf(totals, options.engineBlockTokens),
    ...(sessionShares && { sessionShares }),
    lru: lruOf(reuse, options),
    ...(reuse.ttl && { ttl: ttlOf(reuse, options) }),
  };
}

function unlimitedOf(totals: PrefixTotals, engineBlockTokens: number): UnlimitedShares {
  const { requests, inputTokens, blocks, found } = totals;
  return {
    foundTokens: found.tokens,
    foundBlocks: found.blocks,
    token: part(found.tokens, inputTokens),
    block: part(found.blocks, blocks),
    requestMean: part(totals.requestShares, requests),
    any: part(totals.any, requests),
    full: part(totals.full, requests),
    engine: part(totals.engineTokens, inputTokens),
    engineBlockTokens,
  };
}

function lruOf({ totals, lru, bound }: PrefixReuseSummary, options: ReuseOptions): LruSummary {
  const { blockTokens, bytesPerToken } = options;
  const all = totals.distinctBlocks;
  const sized = (blocks: number): Capacity => {
    const tokens = blocks * blockTokens;
    return {
      blocks,
      tokens,
      ...(bytesPerToken !== undefined && { bytes: tokens * bytesPerToken }),
    };
  };
  const point = (blocks: number): CapacityPoint => {
    const hits = lru.at(blocks);
    const best = bound?.at(blocks);
    return {
      ...sized(blocks),
      foundTokens: hits.tokens,
      share: part(hits.tokens, totals.inputTokens),
      blockShare: part(hits.blocks, totals.blocks),
      ...(best && {
        boundTokens: best.tokens,
        boundShare: part(best.tokens, totals.inputTokens),
      }),
    };
  };
  const capacities = options.capacities ?? partsOf(all);
  return {
    points: capacities.map(point),
    needed: NEEDED_SHARES.map((shareOfUnlimited) => ({
      shareOfUnlimited,
      ...sized(lru.capacityFor(shareOfUnlimited * totals.found.tokens)!),
    })),
  };
}

/** Capacities that are shown where none are asked for: parts of all blocks there are. */
export function partsOf(allBlocks: number): number[] {
  return ascending(CAPACITY_SHARES.map((share) => Math.ceil(share * allBlocks)));
}

function ttlOf({ totals, ttl }: PrefixReuseSummary, options: ReuseOptions): TtlSummary {
  const spanSec = options.spanMs / 1000;
  // The first that is longer than the trace shows all there is to find.
  const beyond = TTLS_SEC.findIndex((ttlSec) => ttlSec > spanSec);
  const shown = options.ttlsSec ?? TTLS_SEC.slice(0, beyond < 0 ? undefined : beyond + 1);
  const found = ttl!.at(shown.map((ttlSec) => 1000 * ttlSec));
  return {
    points: shown.map((ttlSec, index) => ({
      ttlSec,
      foundTokens: found[index]!.tokens,
      share: part(found[index]!.tokens, totals.inputTokens),
      blockShare: part(found[index]!.blocks, totals.blocks),
    })),
  };
}

export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

export function part(value: number, of: number): number {
  return of > 0 ? value / of : 0;
}
