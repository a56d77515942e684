import { type EngineRow, told } from '../told.ts';

const bySource = (...source: string[]) =>
  told('vllm:prompt_tokens_by_source', { where: { source } });
const GIB = 2 ** 30;
/** Reasons of a request that was not served to its end. */
const GIVEN_UP = ['abort', 'error'];

/**
 * Names by docs.vllm.ai/en/v0.32.0/usage/metrics and pages of 0.24 and 0.32; `gpu_cache_usage_perc` is of versions
 * until 0.10, `kv_offload_total_*` until 0.24. `prefix_cache_*` count a request again each time that it is not
 * admitted for want of room (0.24), so `prompt_tokens_cached` is believed first. The `gpu_prefix_cache_*` of old ones
 * are left out: versions differ in whether they are tokens or blocks. `confab:` is the engine of this program.
 */
export const VLLM: EngineRow = {
  title: 'vLLM',
  source: 'https://docs.vllm.ai/en/v0.32.0/usage/metrics/',
  // The null block, which stands for those that slid out of a window.
  unusedBlocks: 1,
  tells: {
    succeeded: [told('vllm:request_success', { except: { finished_reason: GIVEN_UP } })],
    aborted: [told('vllm:request_success', { where: { finished_reason: GIVEN_UP } })],
    promptTokens: [told('vllm:prompt_tokens')],
    generatedTokens: [told('vllm:generation_tokens')],
    cachedTokens: [
      told('vllm:prompt_tokens_cached'),
      bySource('local_cache_hit', 'external_kv_transfer'),
      told(['vllm:prefix_cache_hits', 'vllm:external_prefix_cache_hits']),
    ],
    computedTokens: [
      bySource('local_compute'),
      told('vllm:request_prefill_kv_computed_tokens_sum'),
    ],
    localHitTokens: [bySource('local_cache_hit'), told('vllm:prefix_cache_hits')],
    externalHitTokens: [bySource('external_kv_transfer'), told('vllm:external_prefix_cache_hits')],
    tierHitTokens: [told('vllm:prompt_tokens_cached_by_source', { by: ['source'] })],
    lookedUpTokens: [told('vllm:prefix_cache_queries')],
    externalLookedUpTokens: [told('vllm:external_prefix_cache_queries')],
    reusedBlocks: [],
    missedBlocks: [],
    tierHits: [
      told('vllm:kv_offload_tiering_chunk_hits', { by: ['tier'] }),
      told('vllm:kv_offload_tiering_block_hits', { by: ['tier'] }),
    ],
    tierQueries: [
      told('vllm:kv_offload_tiering_chunk_queries', { by: ['tier'] }),
      told('vllm:kv_offload_tiering_block_queries', { by: ['tier'] }),
    ],
    preemptions: [told('vllm:num_preemptions')],
    storedBytes: [
      told('vllm:kv_offload_store_bytes'),
      told('vllm:kv_offload_total_bytes', { where: { transfer_type: ['GPU_to_CPU'] } }),
    ],
    loadedBytes: [
      told('vllm:kv_offload_load_bytes'),
      told('vllm:kv_offload_total_bytes', { where: { transfer_type: ['CPU_to_GPU'] } }),
    ],
    storeSec: [
      told('vllm:kv_offload_store_time'),
      told('vllm:kv_offload_total_time', { where: { transfer_type: ['GPU_to_CPU'] } }),
    ],
    loadSec: [
      told('vllm:kv_offload_load_time'),
      told('vllm:kv_offload_total_time', { where: { transfer_type: ['CPU_to_GPU'] } }),
    ],
    storedTokens: [],
    loadedTokens: [],
    storeFailures: [told('vllm:kv_offload_allocation_failure')],
    storesSkipped: [told('vllm:kv_offload_stores_skipped')],
    evictedBlocks: [told('confab:kv_evicted_blocks', { by: ['tier', 'by'] })],
    evictedTokens: [],
    running: [told('vllm:num_requests_running')],
    waiting: [told('vllm:num_requests_waiting')],
    kvUsage: [told('vllm:kv_cache_usage_perc'), told('vllm:gpu_cache_usage_perc')],
    transferUsage: [told('vllm:kv_offload_cpu_cache_usage_perc')],
    tierUsage: [told('confab:kv_tier_usage_perc', { by: ['tier'] })],
    tierUsedBytes: [],
    tierUsedTokens: [],
    tierCapacityBytes: [
      told('vllm:cache_config_info', { label: 'kv_offloading_size', times: GIB, as: 'cpu' }),
    ],
    tierCapacityTokens: [],
    capacityBlocks: [told('vllm:cache_config_info', { label: 'num_gpu_blocks' })],
    blockTokens: [told('vllm:cache_config_info', { label: 'block_size' })],
    capacityTokens: [told('vllm:cache_config_info', { label: 'kv_cache_size_tokens' })],
    queueSec: [told('vllm:request_queue_time_seconds')],
    prefillSec: [told('vllm:request_prefill_time_seconds')],
    decodeSec: [told('vllm:request_decode_time_seconds')],
    blockLifetimeSec: [told('vllm:kv_block_lifetime_seconds')],
    blockIdleSec: [told('vllm:kv_block_idle_before_evict_seconds')],
    blockReuseGapSec: [told('vllm:kv_block_reuse_gap_seconds')],
  },
};
