import type { OffloadStats, TierStats } from '../kv/offload-stats.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { type ReadByLabel, type ReadStat, readMetrics } from './read-metrics.ts';
import type { Registry } from './registry.ts';

/**
 * vLLM's metrics of KV offloading, where there are tiers below the GPU. Its `cpu_cache_usage_perc` is
 * the share that transfers under way hold, not how full the tier is, and its `stores_skipped` are the
 * chunks that were seen too rarely: what found no room is an `allocation_failure`. How full a tier is
 * has no name there, hence one of our own.
 */
export function exposeOffload(registry: Registry, engine: MeteredEngine): void {
  const { offload } = engine.stats;
  if (!offload) return;
  const { gauge, counter } = readMetrics(registry, engine);
  const byTier = (read: (tier: TierStats) => number): ReadByLabel => readsByTier(offload, read);
  counter(
    'vllm:kv_offload_store_bytes',
    'Total bytes stored from GPU to offload storage.',
    of('storedBytes'),
  );
  counter(
    'vllm:kv_offload_load_bytes',
    'Total bytes loaded from offload storage to GPU.',
    of('loadedBytes'),
  );
  counter(
    'vllm:kv_offload_store_time',
    'Total store time from GPU to offload storage, in seconds.',
    secondsOf('storeMs'),
  );
  counter(
    'vllm:kv_offload_load_time',
    'Total load time from offload storage to GPU, in seconds.',
    secondsOf('loadMs'),
  );
  counter(
    'vllm:kv_offload_allocation_failure',
    'Chunks that were not stored, for want of room',
    of('skippedStores'),
  );
  counter(
    'vllm:kv_offload_stores_skipped',
    'Chunks that were not stored, below the reuse threshold',
    of('deferredStores'),
  );
  const cpu = offload.tiers.findIndex(({ medium }) => medium === 'cpu');
  if (cpu >= 0) {
    gauge(
      'vllm:kv_offload_cpu_cache_usage_perc',
      'Fraction of CPU KV-cache space currently pinned by active transfers (0.0 = idle, 1.0 = saturated). Sustained high values indicate transfers (stores or promotions) may be dropped due to insufficient capacity.',
      ({ offload }) => offload!.tiers[cpu]!.pinnedShare,
    );
  }
  counter(
    'vllm:kv_offload_tiering_chunk_queries',
    'Chunks looked up in a tier',
    byTier((tier) => tier.chunkQueries),
  );
  counter(
    'vllm:kv_offload_tiering_chunk_hits',
    'Chunks found in a tier',
    byTier((tier) => tier.chunkHits),
  );
  gauge(
    'confab:kv_tier_usage_perc',
    'Share of a tier that holds chunks; 1 is all',
    byTier((tier) => tier.usedShare),
  );
}

type Total =
  | 'storedBytes'
  | 'loadedBytes'
  | 'storeMs'
  | 'loadMs'
  | 'skippedStores'
  | 'deferredStores';

function of(total: Total): ReadStat {
  return ({ offload }) => offload![total];
}

function secondsOf(total: 'storeMs' | 'loadMs'): ReadStat {
  return ({ offload }) => offload![total] / 1000;
}

/** Tiers keep their places for as long as the engine lives. */
function readsByTier(offload: OffloadStats, read: (tier: TierStats) => number): ReadByLabel {
  const reads = offload.tiers.map(({ medium }, index): [string, ReadStat] => [
    medium,
    (stats) => read(stats.offload!.tiers[index]!),
  ]);
  return { label: 'tier', reads: Object.fromEntries(reads) };
}
