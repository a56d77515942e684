import { describe, expect, test } from 'vitest';
import type { EngineStats } from '../../../src/engine/engine.ts';
import type { OffloadStats } from '../../../src/engine/kv/offload-stats.ts';
import { engineMetrics, type Metrics } from '../../../src/engine/metrics/metrics.ts';
import type { EngineEnd, EngineRequest } from '../../../src/engine/serving.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';
import { type Page, scrape } from './scrape.ts';

/** An engine in virtual time with its metrics; `ask` sends a request through them. */
function metered(overrides: ConstructorParameters<typeof Bench>[0] = {}) {
  let bench: Bench | undefined;
  const { metrics } = engineMetrics((events) => {
    bench = new Bench({ apiMs: 5, ...overrides }, events);
    return bench.engine;
  });
  return { ...asking(bench!, metrics), metrics };
}

function asking(bench: Bench, metrics: Metrics) {
  const ends: EngineEnd[] = [];
  const ask = (owner: number, promptTokens: number, maxTokens: number): void => {
    const request: EngineRequest = {
      promptTokens: Int32Array.from(privateTokens(owner, promptTokens)),
      maxTokens,
      ignoreEos: true,
    };
    const observer = metrics.measuring(request, {
      onToken: () => {},
      onEnd: (end) => ends.push(end),
      onError: () => {},
    });
    bench.engine.submit(request, observer);
  };
  return { bench, ends, ask };
}

function sum(page: Page, name: string, label: string): number {
  let total = 0;
  for (const [series, value] of page) if (series.startsWith(`${name}{${label}=`)) total += value;
  return total;
}

describe('counters', () => {
  test('count tokens: lookups are not rounded to blocks, and hits are whole ones', async () => {
    const { bench, metrics, ask } = metered();
    ask(1, 100, 1);
    bench.clock.run();
    ask(1, 100, 1);
    bench.clock.run();
    const page = await scrape(metrics);
    expect(page.get('vllm:prefix_cache_queries_total')).toBe(200);
    expect(page.get('vllm:prefix_cache_hits_total')).toBe(96);
    expect(page.get('vllm:prompt_tokens_cached_total')).toBe(96);
    expect(page.get('vllm:request_prefill_kv_computed_tokens_sum')).toBe(104);
    expect(page.get('vllm:prompt_tokens_cached_by_source_total{source="device"}')).toBe(96);
    // As a real one counts: what was found is no part of a step.
    expect(page.get('vllm:iteration_tokens_total_sum')).toBe(104 + 2);
  });

  test('what a preempted request looks up and computes again is counted in nothing', async () => {
    const { bench, metrics, ask } = metered({ blocks: 21, apiMs: 0 });
    ask(1, 100, 150);
    ask(2, 100, 150);
    bench.clock.run();
    const page = await scrape(metrics);
    expect(page.get('vllm:num_preemptions_total')).toBe(1);
    expect(page.get('vllm:request_num_preemptions_sum')).toBe(1);
    expect(page.get('vllm:request_num_preemptions_count')).toBe(2);
    expect(page.get('vllm:prefix_cache_queries_total')).toBe(200);
    expect(page.get('vllm:prefix_cache_hits_total')).toBe(0);
    expect(page.get('vllm:prompt_tokens_total')).toBe(200);
    expect(page.get('vllm:generation_tokens_total')).toBe(300);
    expect(page.get('vllm:inter_token_latency_seconds_count')).toBe(298);
    expect(page.get('vllm:request_prefill_kv_computed_tokens_sum')).toBe(200);
  });

  test('the sources of prompt tokens add up to the prompt tokens', async () => {
    const { bench, metrics, ask } = metered({ blocks: 41 });
    for (let i = 0; i < 30; i++) ask(i % 3, 40 + 7 * (i % 5), 3 + (i % 4));
    bench.clock.run();
    const page = await scrape(metrics);
    const bySource = 'vllm:prompt_tokens_by_source_total';
    expect(page.get(`${bySource}{source="local_cache_hit"}`)).toBeGreaterThan(0);
    expect(sum(page, bySource, 'source')).toBe(page.get('vllm:prompt_tokens_total'));
  });
});

describe('histograms', () => {
  test('of times are those that the engine tells at the end of each request', async () => {
    const { bench, metrics, ends, ask } = metered({ maxSeqs: 2 });
    for (const owner of [1, 2, 3, 4, 5]) ask(owner, 300, 4);
    bench.clock.run();
    const page = await scrape(metrics);
    const total = (msOf: (end: EngineEnd) => number) =>
      expect.closeTo(
        ends.reduce((seconds, end) => seconds + msOf(end) / 1000, 0),
        9,
      );
    const sumOf = (name: string) => page.get(`vllm:${name}_seconds_sum`);
    expect(sumOf('request_queue_time')).toBeGreaterThan(0);
    expect(sumOf('request_queue_time')).toEqual(
      total(({ times }) => times.scheduledMs - times.queuedMs),
    );
    expect(sumOf('request_prefill_time')).toEqual(
      total(({ times }) => times.firstTokenMs - times.scheduledMs),
    );
    expect(sumOf('request_decode_time')).toEqual(
      total(({ times }) => times.lastTokenMs - times.firstTokenMs),
    );
    expect(sumOf('request_inference_time')).toEqual(
      total(({ times }) => times.lastTokenMs - times.scheduledMs),
    );
    // These two count from arrival, 5 ms of HTTP and tokenizing before the queue.
    expect(sumOf('time_to_first_token')).toEqual(total(({ times }) => times.firstTokenMs));
    expect(sumOf('e2e_request_latency')).toEqual(total(({ times }) => times.lastTokenMs));
    expect(sumOf('inter_token_latency')).toBeCloseTo(sumOf('request_decode_time')!, 9);
    expect(sumOf('request_time_per_output_token')).toBeCloseTo(
      sumOf('request_decode_time')! / 3,
      9,
    );
  });

  test('of lengths count a request when it ends', async () => {
    const { bench, metrics, ask } = metered();
    ask(1, 100, 4);
    ask(2, 30, 20);
    bench.clock.run(25);
    expect((await scrape(metrics)).get('vllm:request_prompt_tokens_count')).toBe(0);
    bench.clock.run();
    const page = await scrape(metrics);
    expect(page.get('vllm:request_prompt_tokens_sum')).toBe(130);
    expect(page.get('vllm:request_generation_tokens_sum')).toBe(24);
    expect(page.get('vllm:request_params_max_tokens_sum')).toBe(24);
    expect(page.get('vllm:request_generation_tokens_bucket{le="5.0"}')).toBe(1);
    expect(page.get('vllm:request_success_total{finished_reason="length"}')).toBe(2);
  });

  test('of step tokens sum up to the prompt and generation tokens', async () => {
    const { bench, metrics, ask } = metered({ maxBatchedTokens: 64 });
    for (const owner of [1, 2, 3]) ask(owner, 150, 5);
    bench.clock.run();
    const page = await scrape(metrics);
    expect(page.get('vllm:iteration_tokens_total_sum')).toBe(3 * 155);
    // The steps of one chunk of a prompt have no output, and are not counted.
    expect(page.get('vllm:iteration_tokens_total_count')).toBeLessThan(15);
    expect(await scrape(metrics)).toEqual(page);
  });

  test('a single token has no time per token after the first, and is counted as 0', async () => {
    const { bench, metrics, ask } = metered();
    ask(1, 10, 1);
    bench.clock.run();
    const page = await scrape(metrics);
    expect(page.get('vllm:request_time_per_output_token_seconds_count')).toBe(1);
    expect(page.get('vllm:request_time_per_output_token_seconds_sum')).toBe(0);
    expect(page.get('vllm:inter_token_latency_seconds_count')).toBe(0);
  });
});

describe('metrics of tiers below the GPU', () => {
  const offload: OffloadStats = {
    ...{ queryTokens: 500, hitTokens: 256, loadedBytes: 3e6, storedBytes: 7e6 },
    ...{ loadMs: 1500, storeMs: 2500, skippedStores: 4, deferredStores: 11 },
    tiers: [
      { medium: 'cpu', usedShare: 0.5, pinnedShare: 0.125, chunkQueries: 9, chunkHits: 3 },
      { medium: 'disk', usedShare: 0.25, pinnedShare: 0, chunkQueries: 6, chunkHits: 2 },
    ],
  };

  function pageWith(stats: Partial<EngineStats>): Promise<Page> {
    const { engine } = new Bench();
    const told = { ...engine.stats, ...stats };
    const { clock, options, tokens, blocks, lengthLimit } = engine;
    const telling = { clock, options, tokens, blocks, lengthLimit, stats: told };
    return scrape(engineMetrics(() => telling).metrics);
  }

  test('have the names, units and labels of vLLM', async () => {
    const page = await pageWith({
      ...{ offload, promptTokens: 1000, localHitTokens: 400, externalHitTokens: 256 },
    });
    for (const [series, value] of [
      ['vllm:external_prefix_cache_queries_total', 500],
      ['vllm:external_prefix_cache_hits_total', 256],
      ['vllm:prompt_tokens_by_source_total{source="local_compute"}', 344],
      ['vllm:prompt_tokens_by_source_total{source="local_cache_hit"}', 400],
      ['vllm:prompt_tokens_by_source_total{source="external_kv_transfer"}', 256],
      ['vllm:prompt_tokens_cached_total', 656],
      ['vllm:kv_offload_load_bytes_total', 3e6],
      ['vllm:kv_offload_store_bytes_total', 7e6],
      ['vllm:kv_offload_load_time_total', 1.5],
      ['vllm:kv_offload_store_time_total', 2.5],
      ['vllm:kv_offload_allocation_failure_total', 4],
      ['vllm:kv_offload_stores_skipped_total', 11],
      ['vllm:kv_offload_cpu_cache_usage_perc', 0.125],
      ['vllm:kv_offload_tiering_chunk_queries_total{tier="cpu"}', 9],
      ['vllm:kv_offload_tiering_chunk_hits_total{tier="disk"}', 2],
      ['confab:kv_tier_usage_perc{tier="disk"}', 0.25],
    ] as const) {
      expect([series, page.get(series)]).toEqual([series, value]);
    }
  });

  test('are absent without tiers, but for the lookups, which are 0', async () => {
    const page = await pageWith({ offload: undefined });
    expect([...page.keys()].join()).not.toMatch(/:kv_offload|kv_tier/);
    expect(page.get('vllm:external_prefix_cache_queries_total')).toBe(0);
  });
});

test('the configuration of the cache is in labels', async () => {
  const { metrics } = metered({ blocks: 77, blockTokens: 32, prefixCaching: false });
  const [series] = metrics.registry.text().match(/^vllm:cache_config_info\{.*$/m)!;
  expect(series).toMatch(/[{,]block_size="32",.*enable_prefix_caching="False",/);
  expect(series).toMatch(/kv_cache_size_tokens="2464",.*num_gpu_blocks="77",.*} 1\.0$/);
});

test('every metric of an engine has the name that vLLM exposes, but for what is marked as ours', async () => {
  const { registry } = metered().metrics;
  const names = registry.families.map(({ name }) => name.replace(/^vllm:/, ''));
  expect(names).toMatchInlineSnapshot(`
    [
      "estimated_flops_per_gpu_total",
      "estimated_read_bytes_per_gpu_total",
      "estimated_write_bytes_per_gpu_total",
      "num_requests_running",
      "num_requests_waiting",
      "num_requests_waiting_by_reason",
      "engine_sleep_state",
      "kv_cache_usage_perc",
      "prefix_cache_queries_total",
      "prefix_cache_hits_total",
      "external_prefix_cache_queries_total",
      "external_prefix_cache_hits_total",
      "mm_cache_queries_total",
      "mm_cache_hits_total",
      "num_preemptions_total",
      "prompt_tokens_total",
      "prompt_tokens_by_source_total",
      "prompt_tokens_cached_total",
      "prompt_tokens_cached_by_source_total",
      "generation_tokens_total",
      "request_success_total",
      "admission_rejections_total",
      "request_prompt_tokens",
      "request_generation_tokens",
      "iteration_tokens_total",
      "request_max_num_generation_tokens",
      "request_params_n",
      "request_params_max_tokens",
      "time_to_first_token_seconds",
      "inter_token_latency_seconds",
      "request_time_per_output_token_seconds",
      "e2e_request_latency_seconds",
      "request_queue_time_seconds",
      "request_inference_time_seconds",
      "request_prefill_time_seconds",
      "request_decode_time_seconds",
      "request_num_preemptions",
      "request_prefill_kv_computed_tokens",
      "kv_block_lifetime_seconds",
      "kv_block_idle_before_evict_seconds",
      "kv_block_reuse_gap_seconds",
      "confab:kv_evicted_blocks_total",
      "cache_config_info",
    ]
  `);
});

test('sizes of transfers sum up to the bytes that were loaded and stored, by both names', async () => {
  const offload = { preset: 'vllm', cpu: { capacityGB: 1 } } as const;
  const { bench, metrics, ask } = metered({ blocks: 41, offload });
  for (const owner of [1, 2, 1, 2]) {
    ask(owner, 400, 2);
    bench.clock.run();
  }
  const page = await scrape(metrics);
  for (const [direction, type] of [
    ['load', 'CPU_to_GPU'],
    ['store', 'GPU_to_CPU'],
  ]) {
    const bytes = page.get(`vllm:kv_offload_${direction}_bytes_total`)!;
    expect(bytes).toBeGreaterThan(0);
    expect(page.get(`vllm:kv_offload_${direction}_size_sum`)).toBe(bytes);
    expect(page.get(`vllm:kv_offload_size_sum{transfer_type="${type}"}`)).toBe(bytes);
    expect(page.get(`vllm:kv_offload_total_bytes_total{transfer_type="${type}"}`)).toBe(bytes);
    // 25 blocks of 2 MiB at a time.
    expect(page.get(`vllm:kv_offload_${direction}_size_bucket{le="6e+07"}`)).toBe(2);
    expect(page.get(`vllm:kv_offload_${direction}_size_bucket{le="1e+06"}`)).toBe(0);
  }
});
