import type { Registry } from 'prom-client';
import type { EngineObserver, EngineRequest } from '../serving.ts';
import { FIRST_TOKEN_SECONDS, REQUEST_SECONDS, TOKEN_SECONDS } from './buckets.ts';
import { endMetrics } from './end-metrics.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';

/** Passes everything on, and measures the request from now. */
export type Measuring = (request: EngineRequest, observer: EngineObserver) => EngineObserver;

/** vLLM's histograms of what a client sees: from when the server had the request to its tokens. */
export function requestMetrics(registry: Registry, engine: MeteredEngine): Measuring {
  const firstToken = new Histogram({
    name: 'vllm:time_to_first_token_seconds',
    help: 'From arrival to the first token',
    buckets: FIRST_TOKEN_SECONDS,
  }).expose(registry);
  const betweenTokens = new Histogram({
    name: 'vllm:inter_token_latency_seconds',
    help: 'Between two tokens of a request',
    buckets: TOKEN_SECONDS,
  }).expose(registry);
  const latency = new Histogram({
    name: 'vllm:e2e_request_latency_seconds',
    help: 'From arrival to the last token',
    buckets: REQUEST_SECONDS,
  }).expose(registry);
  const countEnd = endMetrics(registry, engine);

  return (request, observer) => {
    const startMs = engine.clock.now();
    let lastMs: number | undefined;
    return {
      onQueued: (atMs) => observer.onQueued?.(atMs),
      onToken(id, text, atMs, ending) {
        if (lastMs === undefined) firstToken.observe((atMs - startMs) / 1000);
        else betweenTokens.observe((atMs - lastMs) / 1000);
        lastMs = atMs;
        observer.onToken(id, text, atMs, ending);
      },
      onEnd(end, atMs) {
        latency.observe((atMs - startMs) / 1000);
        countEnd(request, end);
        observer.onEnd(end, atMs);
      },
      onError: (error, atMs) => observer.onError(error, atMs),
    };
  };
}
