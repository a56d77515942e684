import { Counter, type Registry } from 'prom-client';
import type { EngineEnd, EngineRequest } from '../serving.ts';
import { lengthBuckets, REQUEST_SECONDS, TOKEN_SECONDS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';

/** Counts a request that ended by itself. */
export type CountEnd = (request: EngineRequest, end: EngineEnd) => void;

/** vLLM's metrics of finished requests: by the times and counts that the engine tells at the end. */
export function endMetrics(registry: Registry, engine: MeteredEngine): CountEnd {
  const countTimes = timeMetrics(registry);
  const countLengths = lengthMetrics(registry, engine.lengthLimit);
  const success = new Counter({
    name: 'vllm:request_success_total',
    help: 'Requests that ended, by reason',
    labelNames: ['finished_reason'],
    registers: [registry],
  });
  for (const reason of ['stop', 'length']) success.inc({ finished_reason: reason }, 0);
  return (request, end) => {
    countTimes(end);
    countLengths(request, end);
    success.inc({ finished_reason: end.finishReason });
  };
}

function timeMetrics(registry: Registry): (end: EngineEnd) => void {
  const phase = (name: string, help: string) =>
    new Histogram({ name: `vllm:request_${name}`, help, buckets: REQUEST_SECONDS }).expose(
      registry,
    );
  const queue = phase('queue_time_seconds', 'From queued to scheduled');
  const prefill = phase('prefill_time_seconds', 'From scheduled to the first token');
  const decode = phase('decode_time_seconds', 'From the first token to the last');
  const inference = phase('inference_time_seconds', 'From scheduled to the last token');
  const perToken = new Histogram({
    name: 'vllm:request_time_per_output_token_seconds',
    help: 'Decode time per token after the first; 0 if there is only one',
    buckets: TOKEN_SECONDS,
  }).expose(registry);
  return ({ times, outputTokens }) => {
    const { queuedMs, scheduledMs, firstTokenMs, lastTokenMs } = times;
    queue.observe((scheduledMs - queuedMs) / 1000);
    prefill.observe((firstTokenMs - scheduledMs) / 1000);
    decode.observe((lastTokenMs - firstTokenMs) / 1000);
    inference.observe((lastTokenMs - scheduledMs) / 1000);
    perToken.observe((lastTokenMs - firstTokenMs) / 1000 / Math.max(1, outputTokens - 1));
  };
}

function lengthMetrics(registry: Registry, lengthLimit: number): CountEnd {
  const buckets = lengthBuckets(lengthLimit);
  const length = (name: string, help: string) =>
    new Histogram({ name: `vllm:request_${name}`, help, buckets }).expose(registry);
  const prompt = length('prompt_tokens', 'Prompt tokens');
  const computed = length('prefill_kv_computed_tokens', 'Prompt tokens that were not cached');
  const generation = length('generation_tokens', 'Generated tokens');
  const limit = length('params_max_tokens', 'Most tokens that were asked for');
  const recomputed = new Counter({
    name: 'vllm:prompt_tokens_recomputed_total',
    help: 'Last tokens of prompts that were cached up to them: a first token needs one computed',
    registers: [registry],
  });
  return ({ maxTokens }, { promptTokens, cachedTokens, outputTokens }) => {
    prompt.observe(promptTokens);
    computed.observe(promptTokens - cachedTokens);
    generation.observe(outputTokens);
    limit.observe(maxTokens ?? lengthLimit - promptTokens);
    if (cachedTokens > 0 && cachedTokens + 1 === promptTokens) recomputed.inc();
  };
}
