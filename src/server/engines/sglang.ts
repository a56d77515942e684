import { type EngineRow, type Told, told } from '../told.ts';

/** With --enable-metrics-for-all-schedulers every rank of a tensor or pipeline group tells the same: the first speaks. */
const REPEATED = { tp_rank: ranks(), pp_rank: ranks() };

function ranks(): string[] {
  return Array.from({ length: 63 }, (_, index) => String(index + 1));
}

function ofFirstRank(names: string | readonly string[], more: Partial<Told> = {}): Told {
  return told(names, { ...more, except: { ...REPEATED, ...more.except } });
}

/** Tokens are told for each pool (kv, swa, mamba, …) of the host's memory, by versions that know of several. */
const OF_KV = { where: { pool: ['kv'] } };

/**
 * Names by sglang/srt/observability/metrics_collector.py of 0.5.23 (`--enable-metrics`); `cache_config_info`, and
 * `load_back_tokens` without a pool, are of versions before. `cache_hit_rate` is the gauge of the last batch, which
 * reads 0 when idle, and is not read. Cached tokens are by source: device, host, storage, or `total` where the server
 * does not tell them apart. `backuped_tokens` are those from the host to storage. Every rank tells the tokens of all,
 * but the bytes of its own part, which are added up.
 */
export const SGLANG: EngineRow = {
  title: 'SGLang',
  source:
    'https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/observability/metrics_collector.py',
  tells: {
    succeeded: [ofFirstRank('sglang:num_requests')],
    aborted: [ofFirstRank('sglang:num_aborted_requests')],
    promptTokens: [ofFirstRank('sglang:prompt_tokens')],
    generatedTokens: [ofFirstRank('sglang:generation_tokens')],
    cachedTokens: [ofFirstRank('sglang:cached_tokens')],
    computedTokens: [ofFirstRank('sglang:uncached_prompt_tokens_histogram_sum')],
    localHitTokens: [ofFirstRank('sglang:cached_tokens', { where: { cache_source: ['device'] } })],
    externalHitTokens: [
      ofFirstRank('sglang:cached_tokens', { except: { cache_source: ['', 'device', 'total'] } }),
    ],
    tierHitTokens: [
      ofFirstRank('sglang:cached_tokens', {
        except: { cache_source: ['', 'total'] },
        by: ['cache_source'],
      }),
    ],
    lookedUpTokens: [],
    externalLookedUpTokens: [],
    reusedBlocks: [],
    missedBlocks: [],
    tierHits: [],
    tierQueries: [],
    preemptions: [ofFirstRank('sglang:num_retracted_requests')],
    storedBytes: [told('sglang:hicache_backup_bytes')],
    loadedBytes: [told('sglang:load_back_bytes')],
    storeSec: [ofFirstRank('sglang:hicache_backup_duration_seconds_sum')],
    loadSec: [ofFirstRank('sglang:load_back_duration_seconds_sum')],
    storedTokens: [ofFirstRank('sglang:hicache_backup_tokens', OF_KV)],
    loadedTokens: [
      ofFirstRank('sglang:load_back_tokens', OF_KV),
      ofFirstRank('sglang:load_back_tokens'),
    ],
    storeFailures: [],
    storesSkipped: [],
    evictedBlocks: [],
    evictedTokens: [ofFirstRank('sglang:evicted_tokens')],
    running: [ofFirstRank('sglang:num_running_reqs')],
    waiting: [ofFirstRank('sglang:num_queue_reqs')],
    kvUsage: [told('sglang:token_usage')],
    transferUsage: [],
    tierUsage: [],
    tierUsedBytes: [],
    tierUsedTokens: [ofFirstRank('sglang:hicache_host_used_tokens', { as: 'host' })],
    tierCapacityBytes: [],
    tierCapacityTokens: [ofFirstRank('sglang:hicache_host_total_tokens', { as: 'host' })],
    capacityBlocks: [
      ofFirstRank('sglang:num_pages'),
      ofFirstRank('sglang:cache_config_info', { label: 'num_pages' }),
    ],
    blockTokens: [
      told('sglang:page_size'),
      told('sglang:cache_config_info', { label: 'page_size' }),
    ],
    capacityTokens: [ofFirstRank('sglang:max_total_num_tokens')],
    queueSec: [ofFirstRank('sglang:queue_time_seconds')],
    prefillSec: [
      ofFirstRank('sglang:per_stage_req_latency_seconds', {
        where: { stage: ['prefill_forward'] },
      }),
    ],
    decodeSec: [],
    blockLifetimeSec: [],
    blockIdleSec: [],
    blockReuseGapSec: [],
  },
};
