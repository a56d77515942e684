import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Engine, EngineStats } from '../engine.ts';
import type { FaultyObserver } from '../faults/faulty-submit.ts';

/** vLLM's buckets, in seconds. */
const FIRST_TOKEN_BUCKETS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
  160, 640, 2560,
];
const TOKEN_BUCKETS = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const REQUEST_BUCKETS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

type NumericStat = Exclude<keyof EngineStats, 'offload'>;

export interface Metrics {
  /** Passes everything on, and measures the request from now. */
  measuring(observer: FaultyObserver): FaultyObserver;
  /** The Prometheus text, and its content type. */
  readonly registry: Registry;
}

/** vLLM's metrics of one engine, in a registry of their own. Labels are the registry's: none is handled per token. */
export function engineMetrics(engine: Engine): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ model_name: engine.options.model, engine: '0' });
  exposeStats(registry, engine);
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `vllm:${name}`, help, buckets, registers: [registry] });
  const firstToken = histogram(
    'time_to_first_token_seconds',
    'Time to first token',
    FIRST_TOKEN_BUCKETS,
  );
  const betweenTokens = histogram(
    'inter_token_latency_seconds',
    'Time between two tokens',
    TOKEN_BUCKETS,
  );
  const perToken = histogram(
    'request_time_per_output_token_seconds',
    'Mean time per token after the first, per request',
    TOKEN_BUCKETS,
  );
  const latency = histogram('e2e_request_latency_seconds', 'Request latency', REQUEST_BUCKETS);
  const success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Requests that ended, by reason',
    labelNames: ['finished_reason'],
    registers: [registry],
  });
  for (const reason of ['stop', 'length']) success.inc({ finished_reason: reason }, 0);

  const measuring = (observer: FaultyObserver): FaultyObserver => {
    const startMs = engine.clock.now();
    let firstMs: number | undefined;
    let lastMs = startMs;
    return {
      onQueued: (atMs) => observer.onQueued?.(atMs),
      onToken(id, text, atMs) {
        (firstMs === undefined ? firstToken : betweenTokens).observe((atMs - lastMs) / 1000);
        firstMs ??= atMs;
        lastMs = atMs;
        observer.onToken(id, text, atMs);
      },
      onEnd(end, atMs) {
        latency.observe((atMs - startMs) / 1000);
        if (end.outputTokens > 1 && firstMs !== undefined) {
          perToken.observe((atMs - firstMs) / 1000 / (end.outputTokens - 1));
        }
        success.inc({ finished_reason: end.finishReason });
        observer.onEnd(end, atMs);
      },
      onError: (error, atMs) => observer.onError(error, atMs),
      onBreak: (kind, atMs) => observer.onBreak(kind, atMs),
    };
  };
  return { measuring, registry };
}

/** Metrics that are read from the engine when they are asked for. */
function exposeStats(registry: Registry, engine: Engine): void {
  const gauge = (name: string, help: string, stat: NumericStat) =>
    new Gauge({
      name: `vllm:${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(engine.stats[stat]);
      },
    });
  const counter = (name: string, help: string, stat: NumericStat) =>
    new Counter({
      name: `vllm:${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(engine.stats[stat]);
      },
    });
  gauge('num_requests_running', 'Requests in the running batch', 'running');
  gauge('num_requests_waiting', 'Requests that wait to be admitted', 'waiting');
  gauge('kv_cache_usage_perc', 'Share of the KV blocks in use; 1 is all', 'kvUsage');
  counter('prefix_cache_queries_total', 'Tokens looked up in the prefix cache', 'prefixQueries');
  counter('prefix_cache_hits_total', 'Tokens found in the prefix cache', 'prefixHits');
  counter('prompt_tokens_total', 'Prompt tokens of requests past their prefill', 'promptTokens');
  counter('generation_tokens_total', 'Tokens generated', 'generatedTokens');
  counter('num_preemptions_total', 'Preemptions', 'preemptions');
  const { blockTokens, prefixCaching } = engine.options;
  const config = {
    block_size: String(blockTokens),
    num_gpu_blocks: String(engine.blocks),
    enable_prefix_caching: prefixCaching ? 'True' : 'False',
  };
  new Gauge({
    name: 'vllm:cache_config_info',
    help: 'The configuration of the KV cache, in labels',
    labelNames: Object.keys(config),
    registers: [registry],
  }).set(config, 1);
}
