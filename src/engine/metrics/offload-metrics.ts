import type { EngineEvents, TransferDirection } from '../events.ts';
import type { OffloadStats, TierStats } from '../kv/offload-stats.ts';
import { TRANSFER_BYTES } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { type ReadByLabel, type ReadStat, readMetrics } from './read-metrics.ts';
import type { Registry } from './registry.ts';

const CPU_USAGE =
  'Fraction of CPU KV-cache space currently pinned by active transfers (0.0 = idle, 1.0 = saturated). Sustained high values indicate transfers (stores or promotions) may be dropped due to insufficient capacity.';

/**
 * vLLM's metrics of KV offloading (`offloading/metrics.py`), where there are tiers below the GPU. Its
 * `cpu_cache_usage_perc` is the share that transfers under way hold, not how full the tier is, and its
 * `stores_skipped` are the chunks that were seen too rarely: what found no room is an `allocation_failure`. How full a
 * tier is has no name there, hence one of our own.
 */
export class OffloadMetrics implements EngineEvents {
  readonly #sizes = { load: sizes('load'), store: sizes('store') };

  /** Of what passes the link of the first tier: its sum is that of the counter of bytes. */
  transferred(direction: TransferDirection, bytes: number): void {
    this.#sizes[direction].observe(bytes);
  }

  expose(registry: Registry, engine: MeteredEngine): void {
    const { offload } = engine.stats;
    if (!offload) return;
    const { gauge, counter } = readMetrics(registry, engine);
    const cpu = offload.tiers.findIndex(({ medium }) => medium === 'cpu');
    if (cpu >= 0) {
      this.#exposeFormer(registry, engine);
      const pinned: ReadStat = ({ offload }) => offload!.tiers[cpu]!.pinnedShare;
      gauge('vllm:kv_offload_cpu_cache_usage_perc', CPU_USAGE, pinned);
    }
    counter(
      'vllm:kv_offload_load_bytes',
      'Total bytes loaded from offload storage to GPU.',
      of('loadedBytes'),
    );
    counter(
      'vllm:kv_offload_load_time',
      'Total load time from offload storage to GPU, in seconds.',
      secondsOf('loadMs'),
    );
    this.#sizes.load.expose(registry);
    counter(
      'vllm:kv_offload_store_bytes',
      'Total bytes stored from GPU to offload storage.',
      of('storedBytes'),
    );
    counter(
      'vllm:kv_offload_store_time',
      'Total store time from GPU to offload storage, in seconds.',
      secondsOf('storeMs'),
    );
    this.#sizes.store.expose(registry);
    counter(
      'vllm:kv_offload_allocation_failure',
      'Number of KV offload store allocation attempts that failed.',
      of('skippedStores'),
    );
    counter(
      'vllm:kv_offload_stores_skipped',
      'Number of KV offload stores skipped because the reuse threshold was not reached.',
      of('deferredStores'),
    );
    this.#exposeTiers(registry, engine, offload);
  }

  #exposeTiers(registry: Registry, engine: MeteredEngine, offload: OffloadStats): void {
    const { gauge, counter } = readMetrics(registry, engine);
    const byTier = (read: (tier: TierStats) => number): ReadByLabel => readsByTier(offload, read);
    counter(
      'vllm:kv_offload_tiering_chunk_queries',
      'Number of chunk lookup queries sent to a tier, labeled by tier.',
      byTier((tier) => tier.chunkQueries),
    );
    counter(
      'vllm:kv_offload_tiering_chunk_hits',
      'Number of chunk lookup hits in a tier, labeled by tier.',
      byTier((tier) => tier.chunkHits),
    );
    gauge(
      'confab:kv_tier_usage_perc',
      'Share of a tier that holds chunks; 1 is all',
      byTier((tier) => tier.usedShare),
    );
  }

  /** The names until vLLM 0.24, which later ones still have. */
  #exposeFormer(registry: Registry, engine: MeteredEngine): void {
    const { counter } = readMetrics(registry, engine);
    const byType = (load: ReadStat, store: ReadStat): ReadByLabel => ({
      label: 'transfer_type',
      reads: { [TRANSFER_TYPES.load]: load, [TRANSFER_TYPES.store]: store },
    });
    counter(
      'vllm:kv_offload_total_bytes',
      'Number of bytes offloaded by KV connector',
      byType(of('loadedBytes'), of('storedBytes')),
    );
    counter(
      'vllm:kv_offload_total_time',
      'Total time measured by all KV offloading operations',
      byType(secondsOf('loadMs'), secondsOf('storeMs')),
    );
    registry.add({
      ...{ name: 'vllm:kv_offload_size', type: 'histogram' },
      help: 'Histogram of KV offload transfer size, in bytes.',
      read: () =>
        DIRECTIONS.map((direction) => ({
          labels: { transfer_type: TRANSFER_TYPES[direction] },
          value: this.#sizes[direction].value,
        })),
    });
  }
}

const DIRECTIONS = ['load', 'store'] as const;
const TRANSFER_TYPES: Readonly<Record<TransferDirection, string>> = {
  load: 'CPU_to_GPU',
  store: 'GPU_to_CPU',
};

function sizes(direction: TransferDirection): Histogram {
  return new Histogram({
    name: `vllm:kv_offload_${direction}_size`,
    help: `Histogram of KV offload ${direction} operation size, in bytes.`,
    buckets: TRANSFER_BYTES,
  });
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
