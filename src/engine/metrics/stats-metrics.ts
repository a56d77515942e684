import type { EngineStats } from '../engine.ts';
import { storageOf } from '../kv/storage.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { type ReadStat, readMetrics } from './read-metrics.ts';
import type { Registry } from './registry.ts';

/** What this engine does not have, as vLLM tells it where it is off. */
const none: ReadStat = () => 0;

/**
 * vLLM's gauges and counters of the scheduler and the caches, in its order and words. Lookups are counted in tokens,
 * once a request, at its first admission; prompts when their prefill is done. What a preempted request looks up and
 * computes again is in none of them.
 */
export function exposeStats(registry: Registry, engine: MeteredEngine): void {
  exposeScheduler(registry, engine);
  exposeCaches(registry, engine);
  exposeTokens(registry, engine);
}

function exposeScheduler(registry: Registry, engine: MeteredEngine): void {
  const { gauge, counter } = readMetrics(registry, engine);
  const estimated = '(for Model Flops Utilization calculations)';
  counter(
    'vllm:estimated_flops_per_gpu',
    `Estimated number of floating point operations per GPU ${estimated}.`,
    none,
  );
  counter(
    'vllm:estimated_read_bytes_per_gpu',
    `Estimated number of bytes read from memory per GPU ${estimated}.`,
    none,
  );
  counter(
    'vllm:estimated_write_bytes_per_gpu',
    `Estimated number of bytes written to memory per GPU ${estimated}.`,
    none,
  );
  gauge(
    'vllm:num_requests_running',
    'Number of requests in model execution batches.',
    (stats) => stats.running,
  );
  gauge(
    'vllm:num_requests_waiting',
    'Number of requests waiting to be processed.',
    (stats) => stats.waiting,
  );
  gauge(
    'vllm:num_requests_waiting_by_reason',
    "Number of waiting requests by reason. Reason labels: 'capacity' = waiting for scheduling capacity; 'deferred' = deferred by transient constraints (LoRA budget, KV transfer, blocked status). Sum of all reasons equals vllm:num_requests_waiting.",
    {
      label: 'reason',
      reads: {
        capacity: (stats) => stats.waiting - stats.deferred,
        deferred: (stats) => stats.deferred,
      },
    },
  );
  gauge(
    'vllm:engine_sleep_state',
    'Engine sleep state; awake = 0 means engine is sleeping; awake = 1 means engine is awake; weights_offloaded = 1 means sleep level 1; discard_all = 1 means sleep level 2.',
    { label: 'sleep_state', reads: { awake: () => 1, weights_offloaded: none, discard_all: none } },
  );
}

function exposeCaches(registry: Registry, engine: MeteredEngine): void {
  const { gauge, counter } = readMetrics(registry, engine);
  gauge(
    'vllm:kv_cache_usage_perc',
    'KV-cache usage. 1 means 100 percent usage.',
    (stats) => stats.kvUsage,
  );
  counter(
    'vllm:prefix_cache_queries',
    'Prefix cache queries, in terms of number of queried tokens.',
    (stats) => stats.prefixQueries,
  );
  counter(
    'vllm:prefix_cache_hits',
    'Prefix cache hits, in terms of number of cached tokens.',
    (stats) => stats.prefixHits,
  );
  const external = 'from KV connector cross-instance cache sharing, in terms of number of';
  counter(
    'vllm:external_prefix_cache_queries',
    `External prefix cache queries ${external} queried tokens.`,
    ({ offload }) => offload?.queryTokens ?? 0,
  );
  counter(
    'vllm:external_prefix_cache_hits',
    `External prefix cache hits ${external} cached tokens.`,
    ({ offload }) => offload?.hitTokens ?? 0,
  );
  counter(
    'vllm:mm_cache_queries',
    'Multi-modal cache queries, in terms of number of queried items.',
    none,
  );
  counter(
    'vllm:mm_cache_hits',
    'Multi-modal cache hits, in terms of number of cached items.',
    none,
  );
  counter(
    'vllm:num_preemptions',
    'Cumulative number of preemption from the engine.',
    (stats) => stats.preemptions,
  );
}

function exposeTokens(registry: Registry, engine: MeteredEngine): void {
  const { counter } = readMetrics(registry, engine);
  counter(
    'vllm:prompt_tokens',
    'Number of prefill tokens processed.',
    (stats) => stats.promptTokens,
  );
  counter('vllm:prompt_tokens_by_source', 'Number of prompt tokens by source.', {
    label: 'source',
    reads: {
      local_compute: (stats) => stats.promptTokens - cachedTokens(stats),
      local_cache_hit: (stats) => stats.localHitTokens,
      external_kv_transfer: (stats) => stats.externalHitTokens,
    },
  });
  counter(
    'vllm:prompt_tokens_cached',
    'Number of cached prompt tokens (local + external).',
    cachedTokens,
  );
  const isDisk = storageOf(engine.options) === 'disk';
  const storage: ReadStat = (stats) => stats.storageHitTokens;
  counter(
    'vllm:prompt_tokens_cached_by_source',
    'Prefix-cache hit tokens by the cache tier that supplied them: device (local HBM), host (offloaded to DRAM), disk, p2p (transferred from another vLLM instance) or external_unspecified. Counted at admission; sums to vllm:prefix_cache_hits + vllm:external_prefix_cache_hits.',
    {
      label: 'source',
      reads: {
        device: (stats) => stats.localHitTokens,
        host: (stats) => stats.externalHitTokens - stats.storageHitTokens,
        p2p: none,
        disk: isDisk ? storage : none,
        external_unspecified: isDisk ? none : storage,
      },
    },
  );
  counter(
    'vllm:generation_tokens',
    'Number of generation tokens processed.',
    (stats) => stats.generatedTokens,
  );
}

function cachedTokens({ localHitTokens, externalHitTokens }: EngineStats): number {
  return localHitTokens + externalHitTokens;
}
