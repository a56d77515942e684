import { type EngineRow, told } from '../told.ts';

/**
 * Names by docs.lmcache.ai: of the server of its own (`mp/observability`, port 9090 or 8080), and of the library
 * within vLLM (`production/observability/metrics`), whose page vLLM's often is. It tells of what lies below the GPU. Bytes are
 * counted of remote storage alone and times of all, so they make no speed together: tokens are taken.
 */
export const LMCACHE: EngineRow = {
  title: 'LMCache',
  source: 'https://docs.lmcache.ai/production/observability/metrics.html',
  tells: {
    succeeded: [],
    aborted: [],
    promptTokens: [],
    generatedTokens: [],
    cachedTokens: [],
    computedTokens: [],
    localHitTokens: [],
    externalHitTokens: [told('lmcache_mp_lookup_hit_tokens'), told('lmcache:num_hit_tokens')],
    tierHitTokens: [],
    lookedUpTokens: [],
    externalLookedUpTokens: [
      told('lmcache_mp_lookup_requested_tokens'),
      told('lmcache:num_requested_tokens'),
    ],
    reusedBlocks: [],
    missedBlocks: [],
    tierHits: [],
    tierQueries: [],
    preemptions: [],
    storedBytes: [],
    loadedBytes: [],
    storeSec: [told('lmcache:time_to_store_sum')],
    loadSec: [told('lmcache:time_to_retrieve_sum')],
    storedTokens: [told('lmcache:num_stored_tokens')],
    loadedTokens: [told('lmcache:num_hit_tokens')],
    storeFailures: [
      told('lmcache_mp_l1_allocation_failure'),
      told('lmcache:local_cpu_evict_failed_count'),
    ],
    storesSkipped: [],
    evictedBlocks: [
      told('lmcache_mp_l1_evicted_chunks', { as: 'l1' }),
      told('lmcache_mp_l1_evicted_keys', { as: 'l1' }),
      told('lmcache:local_cpu_evict_keys_count', { as: 'cpu' }),
    ],
    evictedTokens: [],
    running: [],
    waiting: [],
    kvUsage: [],
    transferUsage: [],
    tierUsage: [told('lmcache_mp_l1_usage_ratio', { as: 'l1' })],
    tierUsedBytes: [
      told('lmcache_mp_l1_memory_usage_bytes', { as: 'l1' }),
      told('lmcache:local_cache_usage', { as: 'cpu' }),
    ],
    tierUsedTokens: [],
    tierCapacityBytes: [],
    tierCapacityTokens: [],
    capacityBlocks: [],
    blockTokens: [],
    capacityTokens: [],
    queueSec: [],
    prefillSec: [],
    decodeSec: [],
    blockLifetimeSec: [],
    blockIdleSec: [],
    blockReuseGapSec: [],
  },
};
