import { expect, test } from 'vitest';
import type { EnginePage } from '../../../src/record/engine-pages.ts';
import { sectionsText } from '../../../src/report/render/text.ts';
import { serverSections } from '../../../src/report/server/sections.ts';
import { serverOf } from '../../../src/server/server.ts';
import { turnRecord } from '../../record/sample.ts';
import { watchedPart } from '../../server/watched.ts';

const RECORD = turnRecord({
  ...{ inputTokens: 1000, cachedTokens: 600, outputTokens: 10, tokensFrom: 'usage' },
});

function textOf(pages: readonly (readonly string[])[], records = [RECORD]): string {
  const at = (lines: readonly string[], index: number): EnginePage => ({
    ...{ atMs: 10_000 * index, text: lines.join('\n') },
  });
  const { summary } = serverOf([watchedPart(pages.map(at), { records })], false)!;
  return sectionsText(serverSections({ server: summary }));
}

/** vLLM with a tier: its counters are `share` of what they are in the end. */
function vllm(share: number, more: readonly string[] = []): string[] {
  return [
    'vllm:cache_config_info{block_size="16",num_gpu_blocks="100"} 1',
    `vllm:kv_cache_usage_perc ${0.5 * share}`,
    `vllm:num_requests_running ${share === 1 ? 0 : 2}`,
    `vllm:num_requests_waiting ${share === 1 ? 0 : 1}`,
    `vllm:num_preemptions_total ${2 * share}`,
    `vllm:request_success_total{finished_reason="stop"} ${share}`,
    `vllm:prompt_tokens_total ${1000 * share}`,
    `vllm:generation_tokens_total ${10 * share}`,
    `vllm:prompt_tokens_by_source_total{source="local_compute"} ${400 * share}`,
    `vllm:prompt_tokens_by_source_total{source="local_cache_hit"} ${200 * share}`,
    `vllm:prompt_tokens_by_source_total{source="external_kv_transfer"} ${400 * share}`,
    `vllm:request_queue_time_seconds_bucket{le="0.3"} ${0.6 * share}`,
    `vllm:request_queue_time_seconds_bucket{le="0.5"} ${share}`,
    `vllm:request_queue_time_seconds_sum ${0.25 * share}`,
    `vllm:request_queue_time_seconds_count ${share}`,
    `vllm:request_prefill_time_seconds_sum ${0.1 * share}`,
    `vllm:request_prefill_time_seconds_count ${share}`,
    `vllm:kv_offload_store_bytes_total ${61e9 * share}`,
    `vllm:kv_offload_store_time_total ${2 * share}`,
    ...more,
  ];
}

const loaded = (bytes: number, sec: number) => [
  `vllm:kv_offload_load_bytes_total ${bytes}`,
  `vllm:kv_offload_load_time_total ${sec}`,
];

test('the server has its cache, its queue, its transfers and where the data is, in a few lines', () => {
  const pages = [
    vllm(0, loaded(0, 0)),
    vllm(0.5, loaded(5e9, 0.005)),
    vllm(1, [
      ...loaded(10e9, 0.01),
      'vllm:kv_offload_allocation_failure_total 7',
      'confab:kv_tier_usage_perc{tier="cpu"} 0.744',
    ]),
  ];
  expect(textOf(pages)).toMatchInlineSnapshot(`
    "Server
      metrics         vLLM, 3 pages over 20.00 s
      KV cache        100 blocks of 16 tokens: 1600 tokens; in use 25.0 % by the one
                      page during the run
      requests        running 2 by the one page during the run; waiting 1 by the one
                      page during the run
      preemptions     2
      prompt tokens   40.0 % computed, 20.0 % from the GPU's cache, 40.0 % from
                      below it
      queue           mean 250.0 ms, p50 <= 300.0, p99 <= 500.0 (bounds of buckets)
      prefill         mean 100.0 ms
      stored          61.00 GB in 2.000 s of transfers: 30.50 GB/s
      loaded          10.00 GB in 0.010 s of transfers: 1000 GB/s
      data            cpu is 74.4 % full
                      1000 tokens took 25.00 ms to load, and at most 250.0 ms to
                      compute, steps and all: loading looks the faster
                      7 stores found no room and were left out
                      2 preemptions: requests under way outgrew the blocks of the
                      GPU, while up to 1 waited
      residual        0: records and server agree on 1 request, 1000 prompt tokens,
                      600 cached tokens, 10 generated tokens"
  `);
});

test('a tier that is written and never read is said to be one, and one that is slower than computing', () => {
  const idle = textOf([vllm(0, loaded(0, 0)), vllm(1, loaded(0, 0))]);
  expect(idle).toContain('stored 61.00 GB, loaded nothing: ');
  const slow = textOf([vllm(0, loaded(0, 0)), vllm(1, loaded(10e9, 3))]);
  expect(slow.replace(/\s+/g, ' ')).toContain('loading is the SLOWER: the tier costs time');
  expect(slow).not.toContain('loaded nothing');
});

test('a residual has a table, and a restart its time', () => {
  const pages = [vllm(0.5), vllm(1), vllm(0), vllm(0.5)];
  expect(textOf(pages, [RECORD, RECORD, RECORD])).toMatchInlineSnapshot(`
    "Server
      metrics         vLLM, 4 pages over 30.00 s
      RESTARTED       between 10.00 and 20.00 s of the run's clock: what was counted
                      after the last page before it is in no sum
      KV cache        100 blocks of 16 tokens: 1600 tokens; in use 25.0 % in the
                      mean of 2 pages, at most 50.0 %
      requests        running 1 in the mean of 2 pages, at most 2; waiting 0.500 in
                      the mean of 2 pages, at most 1
      preemptions     2
      prompt tokens   40.0 % computed, 20.0 % from the GPU's cache, 40.0 % from
                      below it
      queue           mean 250.0 ms, p50 <= 300.0, p99 <= 500.0 (bounds of buckets)
      prefill         mean 100.0 ms
      stored          61.00 GB in 2.000 s of transfers: 30.50 GB/s
      data            2 preemptions: requests under way outgrew the blocks of the
                      GPU, while up to 1 waited

    Server and records
                        records  server  residual
      requests                3       1        -2
      prompt tokens        3000    1000     -2000
      cached tokens        1800     600     -1200
      generated tokens       30      10       -20

      the server was started again: a part of its counts is lost
      Records: sums over completed requests, those of the warm-up too. Server: by
      how much its counters rose."
  `);
});

test('engines that tell little have few lines', () => {
  const llama = (tokens: number) => [
    `llamacpp:prompt_tokens_total ${tokens}`,
    `llamacpp:requests_processing 1`,
  ];
  expect(textOf([llama(0), llama(400)])).toMatchInlineSnapshot(`
    "Server
      metrics         llama.cpp, 2 pages over 10.00 s
      residual        0: records and server agree on 400 computed prompt tokens"
  `);
  const trt = (reused: number) => [
    JSON.stringify([{ kvCacheStats: { reusedBlocks: reused, missedBlocks: reused } }]),
  ];
  expect(textOf([trt(0), trt(30)])).toContain('prompt blocks   50.0 % found in the cache');
  expect(textOf([llama(0)])).toContain('it has no sums');
  const sglang = ['sglang:hicache_host_used_tokens 100', 'sglang:hicache_host_total_tokens 400'];
  expect(textOf([sglang, sglang])).toContain('host holds 100 tokens of 400, 25.0 %');
});

test('a run without pages has no section', () => {
  expect(serverSections({})).toEqual([]);
});
