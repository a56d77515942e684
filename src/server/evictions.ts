import type { BucketSummary } from './buckets.ts';
import type { ServerSummary } from './server.ts';

/**
 * What an engine's caches lost between the first and the last page of the run, which are read before
 * the warm-up and after the drain. Whatever else it served in that time is in it.
 */
export interface EvictionsSummary {
  /** By the memory that they were in: gpu, cpu, disk, remote. Absent of an engine that does not count them. */
  readonly blocks?: Readonly<Record<string, EvictedBlocks>>;
  /** Of blocks of the GPU, of all or of a sample (vLLM's --kv-cache-metrics-sample): from stored to evicted. */
  readonly lifetimeSec?: BucketSummary;
  /** From stored or last found again to evicted. */
  readonly idleSec?: BucketSummary;
  /** Between the last times that an evicted block was found again. */
  readonly reuseGapSec?: BucketSummary;
}

/** Blocks of the GPU's size whose content gave way to that of other requests. */
export interface EvictedBlocks {
  readonly total: number;
  /** To that of the session that used it last, and to that of another. */
  readonly own: number;
  readonly other: number;
  /** One of the two had no session. */
  readonly unknown: number;
}

/** undefined: nothing is told of evictions. */
export function evictionsOf({ counters, times }: ServerSummary): EvictionsSummary | undefined {
  const blocks = blocksOf(counters.evictedBlocks?.by ?? {});
  const { blockLifetimeSec, blockIdleSec, blockReuseGapSec } = times;
  const evictions = {
    ...(Object.keys(blocks).length > 0 && { blocks }),
    ...(blockLifetimeSec && { lifetimeSec: blockLifetimeSec }),
    ...(blockIdleSec && { idleSec: blockIdleSec }),
    ...(blockReuseGapSec && { reuseGapSec: blockReuseGapSec }),
  };
  return Object.keys(evictions).length > 0 ? evictions : undefined;
}

/** Kept apart by tier and evictor, `gpu own`; who counts no evictors counts other things than blocks. */
function blocksOf(by: Readonly<Record<string, number>>): Record<string, EvictedBlocks> {
  const tiers = new Set(
    Object.keys(by).flatMap((key) => (key.includes(' ') ? [key.split(' ')[0]!] : [])),
  );
  return Object.fromEntries(
    [...tiers].map((tier) => {
      const [own = 0, other = 0, unknown = 0] = ['own', 'other', 'unknown'].map(
        (evictor) => by[`${tier} ${evictor}`],
      );
      return [tier, { total: own + other + unknown, own, other, unknown }];
    }),
  );
}
