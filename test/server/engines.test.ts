import { expect, test } from 'vitest';
import { ENGINES, type EngineName } from '../../src/server/engines.ts';
import { QUANTITY_NAMES, type Quantity } from '../../src/server/quantities.ts';
import { type ServerSummary, serverOf } from '../../src/server/server.ts';
import { watchedPart } from './watched.ts';

function told(first: string, last: string): ServerSummary {
  const pages = [first, last, last].map((text, index) => ({ atMs: 1000 * index, text }));
  return serverOf([watchedPart(pages)], false)!.summary;
}

/** Whatever its kind, as one number. */
function numbersOf({ counters, gauges, times }: ServerSummary): Partial<Record<Quantity, number>> {
  const of = <Value>(all: object, read: (value: Value) => number | undefined) =>
    Object.entries(all).map(([name, value]) => [name, read(value as Value)]);
  return Object.fromEntries([
    ...of<{ total: number }>(counters, ({ total }) => total),
    ...of<{ last: number }>(gauges, ({ last }) => last),
    ...of<{ mean?: number }>(times, ({ mean }) => mean),
  ]);
}

/** A page on which everything has risen by `more`. */
type Page = (more: number) => string;

const VLLM: Page = (more) => `# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{engine="0",model_name="m"} ${1000 + more}.0
vllm:prompt_tokens_total{engine="1",model_name="m"} ${more}.0
vllm:prompt_tokens_created{engine="0",model_name="m"} 1.7e+09
vllm:generation_tokens_total{engine="0",model_name="m"} ${more}
vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} ${more}
vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} ${2 * more}
vllm:request_success_total{engine="0",finished_reason="abort",model_name="m"} ${3 * more}
vllm:prompt_tokens_cached_total{engine="0"} ${5 * more}
vllm:prefix_cache_hits_total{engine="0"} ${50 * more}
vllm:prompt_tokens_by_source_total{engine="0",source="local_compute"} ${4 * more}
vllm:prompt_tokens_by_source_total{engine="0",source="local_cache_hit"} ${3 * more}
vllm:prompt_tokens_by_source_total{engine="0",source="external_kv_transfer"} ${2 * more}
vllm:num_preemptions_total{engine="0"} ${more}
vllm:kv_offload_store_bytes_total{engine="0"} ${100 * more}
vllm:kv_offload_total_bytes_total{engine="0",transfer_type="GPU_to_CPU"} ${100 * more}
vllm:kv_offload_load_time_total{engine="0"} ${more / 2}
vllm:num_requests_running{engine="0"} 3.0
vllm:num_requests_running{engine="1"} 4.0
vllm:kv_cache_usage_perc{engine="0"} 0.5
vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="2600",kv_cache_size_tokens="41600"} 1.0
vllm:request_queue_time_seconds_bucket{engine="0",le="0.3"} ${more}
vllm:request_queue_time_seconds_bucket{engine="0",le="+Inf"} ${more}
vllm:request_queue_time_seconds_count{engine="0"} ${more}
vllm:request_queue_time_seconds_sum{engine="0"} ${more / 10}
`;

const OLD_VLLM: Page = (more) => `vllm:gpu_cache_usage_perc{model_name="m"} 0.25
vllm:prompt_tokens_total{model_name="m"} ${more}
vllm:prefix_cache_hits_total{model_name="m"} ${2 * more}
vllm:external_prefix_cache_hits{model_name="m"} ${3 * more}
vllm:kv_offload_total_bytes_total{transfer_type="CPU_to_GPU"} ${4 * more}
vllm:kv_offload_total_bytes_total{transfer_type="GPU_to_CPU"} ${5 * more}
vllm:kv_offload_total_time_total{transfer_type="CPU_to_GPU"} ${more}
`;

const SGLANG: Page = (more) => `# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total{model_name="m",tp_rank="0"} ${10 * more}
sglang:prompt_tokens_total{model_name="m",tp_rank="1"} ${10 * more}
sglang:generation_tokens_total{model_name="m"} ${more}
sglang:cached_tokens_total{cache_source="device",model_name="m"} ${3 * more}
sglang:cached_tokens_total{cache_source="host",model_name="m"} ${2 * more}
sglang:cached_tokens_total{cache_source="storage",model_name="m"} ${more}
sglang:num_requests_total{model_name="m"} ${more}
sglang:num_aborted_requests_total{model_name="m"} ${more}
sglang:num_retracted_requests_total{model_name="m"} ${more}
sglang:evicted_tokens_total{model_name="m"} ${more}
sglang:load_back_tokens_total{model_name="m",pool="kv",tp_rank="0"} ${2 * more}
sglang:load_back_tokens_total{model_name="m",pool="mamba",tp_rank="0"} ${9 * more}
sglang:load_back_bytes_total{model_name="m",tp_rank="0"} ${50 * more}
sglang:load_back_bytes_total{model_name="m",tp_rank="1"} ${50 * more}
sglang:load_back_duration_seconds_sum{model_name="m",tp_rank="0"} ${more}
sglang:hicache_backup_tokens_total{model_name="m",pool="kv",tp_rank="0"} ${4 * more}
sglang:hicache_backup_bytes_total{model_name="m",tp_rank="0"} ${200 * more}
sglang:hicache_backup_duration_seconds_sum{model_name="m",tp_rank="0"} ${3 * more}
sglang:hicache_dropped_tokens_total{model_name="m",pool="kv",reason="host_pressure"} ${more}
sglang:num_running_reqs{model_name="m"} 5
sglang:num_queue_reqs{model_name="m"} 1
sglang:token_usage{model_name="m"} 0.28
sglang:cache_hit_rate{model_name="m"} 0.0075
sglang:max_total_num_tokens{model_name="m"} 4096
sglang:num_pages{model_name="m"} 64
sglang:page_size{model_name="m"} 64
sglang:hicache_host_used_tokens{model_name="m"} 100
sglang:hicache_host_total_tokens{model_name="m"} 400
`;

/** Of versions before the host had several pools, and where no memory lies below the GPU. */
const OLD_SGLANG: Page = (more) => `sglang:prompt_tokens_total{model_name="m"} ${10 * more}
sglang:cached_tokens_total{cache_source="total",model_name="m"} ${3 * more}
sglang:load_back_tokens_total{model_name="m"} ${2 * more}
sglang:cache_config_info{num_pages="64",page_size="64"} 1
`;

const TRTLLM: Page = (more) => `trtllm_request_success_total{finished_reason="stop"} ${more}
trtllm_prompt_tokens_total{model_name="m"} ${9 * more}
trtllm_generation_tokens_total{model_name="m"} ${more}
trtllm_prompt_cached_tokens_total{model_name="m"} ${4 * more}
trtllm_prompt_cache_hit_tokens_total{cache_level="0",cache_tier="gpu",model_name="m"} ${3 * more}
trtllm_prompt_cache_hit_tokens_total{cache_level="1",cache_tier="host",model_name="m"} ${more}
trtllm_kv_cache_reused_blocks_total{model_name="m"} ${2 * more}
trtllm_kv_cache_missed_blocks_total{model_name="m"} ${more}
trtllm_kv_cache_offload_bytes_total{model_name="m"} ${7 * more}
trtllm_kv_cache_onboard_bytes_total{model_name="m"} ${8 * more}
trtllm_num_requests_running{model_name="m"} 5
trtllm_num_requests_waiting{model_name="m"} 3
trtllm_kv_cache_utilization{model_name="m"} 0.6
trtllm_kv_cache_host_utilization{model_name="m"} 0.2
trtllm_kv_cache_max_blocks{model_name="m"} 1000
trtllm_kv_cache_tokens_per_block{model_name="m"} 64
`;

/** As trtllm-serve documents it; two iterations since the page before. */
const TRTLLM_JSON: Page = (more) =>
  JSON.stringify(
    [1, more].map((completed) => ({
      gpuMemUsage: 76665782272,
      iter: 154,
      numActiveRequests: 1,
      numQueuedRequests: 2,
      numCompletedRequests: completed,
      kvCacheStats: {
        ...{ allocNewBlocks: 3126, allocTotalBlocks: 3126, cacheHitRate: 0.00128 },
        ...{ freeNumBlocks: 750, maxNumBlocks: 1000, usedNumBlocks: 250, tokensPerBlock: 32 },
        ...{ missedBlocks: 3000 + more, reusedBlocks: 4 * more },
      },
    })),
  );

const LLAMA_CPP: Page = (more) => `# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total ${10 * more}
llamacpp:tokens_predicted_total ${more}
llamacpp:kv_cache_usage_ratio 0.5
llamacpp:requests_processing 2
llamacpp:requests_deferred 1
llamacpp:n_busy_slots_per_decode 1.5
`;

const LMCACHE: Page = (more) => `lmcache:num_requested_tokens_total{worker_id="0"} ${10 * more}
lmcache:num_hit_tokens_total{worker_id="0"} ${4 * more}
lmcache:num_stored_tokens_total{worker_id="0"} ${6 * more}
lmcache:time_to_retrieve_sum{worker_id="0"} ${more}
lmcache:local_cache_usage{worker_id="0"} 5e9
lmcache:local_cpu_evict_keys_count_total{worker_id="0"} ${more}
`;

const LMCACHE_MP: Page = (
  more,
) => `lmcache_mp_lookup_requested_tokens_total{cache_salt=""} ${2 * more}
lmcache_mp_lookup_hit_tokens_total{cache_salt=""} ${more}
lmcache_mp_l1_evicted_chunks_total ${3 * more}
lmcache_mp_l1_usage_ratio 0.75
lmcache_mp_l1_memory_usage_bytes 1e9
lmcache_mp_l1_allocation_failure_total{during="l1_store"} ${more}
`;

test.each<[string, Page, EngineName, Partial<Record<Quantity, number>>]>([
  [
    'vLLM',
    VLLM,
    'vllm',
    {
      ...{ promptTokens: 20, generatedTokens: 10, succeeded: 30, aborted: 30, preemptions: 10 },
      ...{ cachedTokens: 50, computedTokens: 40, localHitTokens: 30, externalHitTokens: 20 },
      ...{ storedBytes: 1000, loadSec: 5, running: 7, kvUsage: 0.5, queueSec: 0.1 },
      ...{ capacityBlocks: 2600, blockTokens: 16, capacityTokens: 41600 },
    },
  ],
  [
    'an old vLLM',
    OLD_VLLM,
    'vllm',
    {
      ...{ kvUsage: 0.25, promptTokens: 10, cachedTokens: 50 },
      ...{
        localHitTokens: 20,
        externalHitTokens: 30,
        loadedBytes: 40,
        storedBytes: 50,
        loadSec: 10,
      },
    },
  ],
  [
    'SGLang',
    SGLANG,
    'sglang',
    {
      ...{ promptTokens: 100, generatedTokens: 10, cachedTokens: 60, succeeded: 10, aborted: 10 },
      ...{ localHitTokens: 30, externalHitTokens: 30, tierHitTokens: 60, preemptions: 10 },
      ...{ storedBytes: 2000, storeSec: 30, storedTokens: 40, loadedBytes: 1000 },
      ...{
        evictedTokens: 10,
        loadedTokens: 20,
        loadSec: 10,
        running: 5,
        waiting: 1,
        kvUsage: 0.28,
      },
      ...{ capacityTokens: 4096, capacityBlocks: 64, blockTokens: 64 },
      ...{ tierUsedTokens: 100, tierCapacityTokens: 400 },
    },
  ],
  [
    'an old SGLang',
    OLD_SGLANG,
    'sglang',
    {
      ...{ promptTokens: 100, cachedTokens: 30, loadedTokens: 20 },
      ...{ capacityBlocks: 64, blockTokens: 64 },
    },
  ],
  [
    'TensorRT-LLM',
    TRTLLM,
    'trtllm',
    {
      ...{ succeeded: 10, promptTokens: 90, generatedTokens: 10, cachedTokens: 40 },
      ...{ localHitTokens: 30, externalHitTokens: 10, tierHitTokens: 40 },
      ...{ reusedBlocks: 20, missedBlocks: 10, storedBytes: 70, loadedBytes: 80 },
      ...{ running: 5, waiting: 3, kvUsage: 0.6, tierUsage: 0.2 },
      ...{ capacityBlocks: 1000, blockTokens: 64 },
    },
  ],
  [
    "TensorRT-LLM's JSON",
    TRTLLM_JSON,
    'trtllm-json',
    {
      // Of two pages after the first, each with the requests of its own iterations.
      ...{ succeeded: 2 * 11, reusedBlocks: 40, missedBlocks: 10 },
      ...{ running: 1, waiting: 2, kvUsage: 0.25, capacityBlocks: 1000, blockTokens: 32 },
    },
  ],
  [
    'llama.cpp',
    LLAMA_CPP,
    'llamacpp',
    { computedTokens: 100, generatedTokens: 10, kvUsage: 0.5, running: 2, waiting: 1 },
  ],
  [
    'LMCache within vLLM',
    LMCACHE,
    'lmcache',
    {
      ...{ externalLookedUpTokens: 100, externalHitTokens: 40, storedTokens: 60, loadedTokens: 40 },
      ...{ loadSec: 10, tierUsedBytes: 5e9, evictedBlocks: 10 },
    },
  ],
  [
    "LMCache's own server",
    LMCACHE_MP,
    'lmcache',
    {
      ...{ externalLookedUpTokens: 20, externalHitTokens: 10, evictedBlocks: 30 },
      ...{ tierUsage: 0.75, tierUsedBytes: 1e9, storeFailures: 10 },
    },
  ],
])('%s tells this, and nothing else', (_who, page, engine, expected) => {
  const summary = told(page(0), page(10));
  expect(numbersOf(summary)).toEqual(expected);
  expect(summary.engines).toEqual([ENGINES[engine].title]);
});

test('an engine is believed before the cache behind it, which tells the rest', () => {
  const page = (more: number) => VLLM(more) + LMCACHE(more);
  const { engines, counters } = told(page(0), page(10));
  expect(engines).toEqual(['vLLM', 'LMCache']);
  expect([counters.externalHitTokens?.total, counters.storedTokens?.total]).toEqual([20, 60]);
});

test.each([
  ['without _total', (page: string) => page.replaceAll('_total{', '{')],
  ['with an underscore', (page: string) => page.replaceAll('vllm:', 'vllm_')],
])('names %s are the same', (_how, renamed) => {
  const [first, last] = [VLLM(0), VLLM(10)];
  expect(numbersOf(told(renamed(first), renamed(last)))).toEqual(numbersOf(told(first, last)));
});

test('a page of nobody who is known tells nothing', () => {
  for (const text of [
    '',
    'up 1\n',
    '{"a": 1}',
    '[]',
    '[1, null, {}]',
    '<html>',
    '[{"kvCacheStats":3}]',
  ]) {
    expect(serverOf([watchedPart([{ atMs: 0, text }])], false)).toBeUndefined();
  }
});

test('no name stands twice for one quantity of an engine, and each quantity is told by somebody', () => {
  const tellers = new Map<Quantity, number>();
  for (const { tells } of Object.values(ENGINES)) {
    for (const quantity of QUANTITY_NAMES) {
      const places = tells[quantity].map((told) => JSON.stringify(told));
      expect(new Set(places).size).toBe(places.length);
      tellers.set(quantity, (tellers.get(quantity) ?? 0) + places.length);
    }
  }
  expect([...tellers].filter(([, count]) => count === 0)).toEqual([]);
});
