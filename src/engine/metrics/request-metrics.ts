import type { EngineObserver, EngineRequest } from '../serving.ts';
import { FIRST_TOKEN_SECONDS, REQUEST_SECONDS, TOKEN_SECONDS } from './buckets.ts';
import { lengthMetrics, perTokenMetrics, successMetrics, timeMetrics } from './end-metrics.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';
import type { Registry } from './registry.ts';
import type { StepMetrics } from './step-metrics.ts';

/** Passes everything on, and measures the request from now. */
export type Measuring = (request: EngineRequest, observer: EngineObserver) => EngineObserver;

/** vLLM's metrics of requests, in the order of its page; among them, where they stand there, those of steps. */
export function requestMetrics(
  registry: Registry,
  engine: MeteredEngine,
  steps: StepMetrics,
): Measuring {
  const countSuccess = successMetrics(registry, engine);
  const lengths = lengthMetrics(registry, engine.lengthLimit);
  const countLengths = lengths.lengths();
  steps.expose(registry);
  const countLimits = lengths.limits();
  const firstToken = new Histogram({
    name: 'vllm:time_to_first_token_seconds',
    help: 'Histogram of time to first token in seconds.',
    buckets: FIRST_TOKEN_SECONDS,
  }).expose(registry);
  const betweenTokens = new Histogram({
    name: 'vllm:inter_token_latency_seconds',
    help: 'Histogram of inter-token latency in seconds.',
    buckets: TOKEN_SECONDS,
  }).expose(registry);
  const countPerToken = perTokenMetrics(registry);
  const latency = new Histogram({
    name: 'vllm:e2e_request_latency_seconds',
    help: 'Histogram of e2e request latency in seconds.',
    buckets: REQUEST_SECONDS,
  }).expose(registry);
  const countTimes = timeMetrics(registry);
  const countComputed = lengths.computed();
  const counts = [countSuccess, countLengths, countLimits, countPerToken, countTimes];

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
        for (const count of counts) count(request, end);
        countComputed(request, end);
        observer.onEnd(end, atMs);
      },
      onError: (error, atMs) => observer.onError(error, atMs),
    };
  };
}
