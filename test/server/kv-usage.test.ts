import { expect, test } from 'vitest';
import { kvUsageOf } from '../../src/server/page.ts';

test.each([
  ['vLLM', 'vllm:kv_cache_usage_perc{model_name="m",engine="0"} 0.25', 0.25],
  ['SGLang', 'sglang:token_usage{tp_rank="0"} 0.5', 0.5],
  [
    'the fullest of several',
    'vllm:kv_cache_usage_perc{engine="0"} 0.1\nvllm:kv_cache_usage_perc{engine="1"} 0.9',
    0.9,
  ],
  ['another', 'tgi_queue_size 3\nvllm:kv_cache_usage_perc_other 0.4', undefined],
  ['one that does not know', 'vllm:kv_cache_usage_perc NaN', undefined],
])('how full the KV cache is by the page of %s', (_who, page, usage) => {
  expect(kvUsageOf(page)).toBe(usage);
});
