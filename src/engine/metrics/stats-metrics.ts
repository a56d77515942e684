import type { Registry } from 'prom-client';
import type { EngineStats } from '../engine.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { readMetrics } from './read-metrics.ts';

/**
 * vLLM's gauges and counters of the scheduler and the caches. Lookups are counted in tokens, once a
 * request, at its first admission; prompts when their prefill is done. What a preempted request looks
 * up and computes again is in none of them.
 */
export function exposeStats(registry: Registry, engine: MeteredEngine): void {
  const { gauge, counter } = readMetrics(registry, engine);
  gauge('vllm:num_requests_running', 'Requests in the running batch', (stats) => stats.running);
  gauge('vllm:num_requests_waiting', 'Requests that wait to be admitted', (stats) => stats.waiting);
  gauge(
    'vllm:kv_cache_usage_perc',
    'Share of the KV blocks that requests hold; 1 is all',
    (stats) => stats.kvUsage,
  );
  counter('vllm:num_preemptions', 'Preemptions', (stats) => stats.preemptions);
  counter(
    'vllm:prefix_cache_queries',
    "Tokens looked up in the GPU's prefix cache",
    (stats) => stats.prefixQueries,
  );
  counter(
    'vllm:prefix_cache_hits',
    "Tokens found in the GPU's prefix cache",
    (stats) => stats.prefixHits,
  );
  counter(
    'vllm:external_prefix_cache_queries',
    'Tokens looked up below the GPU: those that the GPU did not have',
    ({ offload }) => offload?.queryTokens ?? 0,
  );
  counter(
    'vllm:external_prefix_cache_hits',
    'Tokens found below the GPU',
    ({ offload }) => offload?.hitTokens ?? 0,
  );
  counter(
    'vllm:prompt_tokens',
    'Prompt tokens of requests past their prefill',
    (stats) => stats.promptTokens,
  );
  counter(
    'vllm:prompt_tokens_by_source',
    'Prompt tokens by where their KV came from; the sum is vllm:prompt_tokens_total',
    {
      label: 'source',
      reads: {
        local_compute: (stats) => stats.promptTokens - cachedTokens(stats),
        local_cache_hit: (stats) => stats.localHitTokens,
        external_kv_transfer: (stats) => stats.externalHitTokens,
      },
    },
  );
  counter('vllm:prompt_tokens_cached', 'Prompt tokens that were not computed', cachedTokens);
  counter('vllm:generation_tokens', 'Tokens generated', (stats) => stats.generatedTokens);
}

function cachedTokens({ localHitTokens, externalHitTokens }: EngineStats): number {
  return localHitTokens + externalHitTokens;
}
