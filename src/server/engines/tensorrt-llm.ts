import { type EngineRow, told } from '../told.ts';

/** A page that was fetched from disk to the host before it was asked for counts as the host's. */
const ofTier = (...tiers: string[]) =>
  told('trtllm_prompt_cache_hit_tokens', { where: { cache_tier: tiers } });

/**
 * Names by tensorrt_llm/metrics/collector.py of NVIDIA/TensorRT-LLM (`return_perf_metrics`, for the iterations'
 * `enable_iter_perf_stats`), which trtllm-serve gives at /prometheus/metrics; `trtllm:` is how Dynamo passes it on.
 */
export const TENSORRT_LLM: EngineRow = {
  title: 'TensorRT-LLM',
  source: 'https://github.com/NVIDIA/TensorRT-LLM/blob/main/tensorrt_llm/metrics/collector.py',
  tells: {
    succeeded: [told('trtllm_request_success')],
    aborted: [told('trtllm_request_error')],
    promptTokens: [told('trtllm_prompt_tokens')],
    generatedTokens: [told('trtllm_generation_tokens')],
    cachedTokens: [told('trtllm_prompt_cached_tokens')],
    computedTokens: [],
    localHitTokens: [ofTier('gpu')],
    externalHitTokens: [ofTier('host', 'disk')],
    tierHitTokens: [told('trtllm_prompt_cache_hit_tokens', { by: ['cache_tier'] })],
    lookedUpTokens: [],
    externalLookedUpTokens: [],
    reusedBlocks: [told('trtllm_kv_cache_reused_blocks')],
    missedBlocks: [told('trtllm_kv_cache_missed_blocks')],
    tierHits: [],
    tierQueries: [],
    preemptions: [],
    storedBytes: [told('trtllm_kv_cache_offload_bytes')],
    loadedBytes: [told('trtllm_kv_cache_onboard_bytes')],
    storeSec: [],
    loadSec: [],
    storedTokens: [],
    loadedTokens: [],
    storeFailures: [],
    storesSkipped: [],
    evictedBlocks: [],
    evictedTokens: [],
    running: [told('trtllm_num_requests_running')],
    waiting: [told('trtllm_num_requests_waiting')],
    kvUsage: [told('trtllm_kv_cache_utilization')],
    transferUsage: [],
    tierUsage: [told('trtllm_kv_cache_host_utilization', { as: 'host' })],
    tierUsedBytes: [],
    tierUsedTokens: [],
    tierCapacityBytes: [],
    tierCapacityTokens: [],
    capacityBlocks: [told('trtllm_kv_cache_max_blocks')],
    blockTokens: [told('trtllm_kv_cache_tokens_per_block')],
    capacityTokens: [],
    queueSec: [told('trtllm_request_queue_time_seconds')],
    prefillSec: [told('trtllm_request_prefill_time_seconds')],
    decodeSec: [told('trtllm_request_decode_time_seconds')],
    blockLifetimeSec: [],
    blockIdleSec: [],
    blockReuseGapSec: [],
  },
};
