import { samplesOf } from './exposition.ts';

/** Gauges of how much of an engine's KV cache is in use, 0 to 1: of vLLM, of older ones, of SGLang. */
const KV_USAGE = ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc', 'sglang:token_usage'];

/** The share of the KV cache in use by a /metrics page, of its fullest engine; undefined: it does not say. */
export function kvUsageOf(page: string): number | undefined {
  const values = samplesOf(page, (name) => KV_USAGE.includes(name))
    .map(({ value }) => value)
    .filter((value) => value >= 0 && value <= 1);
  return values.length > 0 ? Math.max(...values) : undefined;
}
