import { answerLimit } from '../lengths.ts';
import type { EngineEnd, EngineRequest } from '../serving.ts';
import { lengthBuckets, PREEMPTIONS, REQUEST_SECONDS, TOKEN_SECONDS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';
import type { Registry } from './registry.ts';

/** Counts a request that ended by itself. */
export type CountEnd = (request: EngineRequest, end: EngineEnd) => void;

/** vLLM's reasons; of `error` and `repetition` there are none here. */
const REASONS = ['stop', 'length', 'abort', 'error', 'repetition'] as const;

/** How requests ended. What was cancelled the engine counts. */
export function successMetrics(registry: Registry, engine: MeteredEngine): CountEnd {
  const counts = { stop: 0, length: 0 };
  const countOf = (reason: (typeof REASONS)[number]): number => {
    if (reason === 'abort') return engine.stats.cancelled;
    return reason === 'stop' || reason === 'length' ? counts[reason] : 0;
  };
  registry.add({
    name: 'vllm:request_success_total',
    help: 'Count of successfully processed requests.',
    type: 'counter',
    read: () =>
      REASONS.map((reason) => ({ labels: { finished_reason: reason }, value: countOf(reason) })),
  });
  exposeRejections(registry, engine);
  return (_, { finishReason }) => {
    counts[finishReason]++;
  };
}

/** The queue has no limit. */
function exposeRejections(registry: Registry, { options: { model } }: MeteredEngine): void {
  const reasons = ['max_num_queued_reqs', 'max_num_queued_tokens'];
  registry.add({
    name: 'vllm:admission_rejections_total',
    help: 'Number of admission attempts rejected by a queue limit, by reason.',
    type: 'counter',
    isBare: true,
    read: () => reasons.map((reason) => ({ labels: { model_name: model, reason }, value: 0 })),
  });
}

/** vLLM's histograms of the lengths of finished requests, before and after those of its steps. */
export function lengthMetrics(registry: Registry, lengthLimit: number) {
  const buckets = lengthBuckets(lengthLimit);
  const length = (name: string, help: string, bounds = buckets) =>
    new Histogram({ name: `vllm:request_${name}`, help, buckets: bounds }).expose(registry);
  return {
    lengths(): CountEnd {
      const prompt = length('prompt_tokens', 'Number of prefill tokens processed.');
      const generation = length('generation_tokens', 'Number of generation tokens processed.');
      return (_, { promptTokens, outputTokens }) => {
        prompt.observe(promptTokens);
        generation.observe(outputTokens);
      };
    },
    limits(): CountEnd {
      const most = length(
        'max_num_generation_tokens',
        'Histogram of maximum number of requested generation tokens.',
      );
      const answers = length(
        'params_n',
        'Histogram of the n request parameter.',
        lengthBuckets(20),
      );
      const limit = length('params_max_tokens', 'Histogram of the max_tokens request parameter.');
      const families = new WeakMap<object, { left: number; most: number }>();
      return (request, { outputTokens }) => {
        limit.observe(answerLimit(request, lengthLimit));
        const { family } = request;
        const told = family ? (families.get(family) ?? { left: family.n, most: 0 }) : undefined;
        const longest = Math.max(told?.most ?? 0, outputTokens);
        if (family && told && told.left > 1) {
          families.set(family, { left: told.left - 1, most: longest });
          return;
        }
        most.observe(longest);
        answers.observe(family?.n ?? 1);
      };
    },
    computed(): CountEnd {
      const computed = length(
        'prefill_kv_computed_tokens',
        'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
      );
      return (_, { promptTokens, cachedTokens }) => computed.observe(promptTokens - cachedTokens);
    },
  };
}

/** vLLM's histograms of when what happened to finished requests. */
export function timeMetrics(registry: Registry): CountEnd {
  const phase = (name: string, words: string) =>
    new Histogram({
      name: `vllm:request_${name}_time_seconds`,
      help: `Histogram of time spent in ${words} phase for request.`,
      buckets: REQUEST_SECONDS,
    }).expose(registry);
  const queue = phase('queue', 'WAITING');
  const inference = phase('inference', 'RUNNING');
  const prefill = phase('prefill', 'PREFILL');
  const decode = phase('decode', 'DECODE');
  const preemptions = new Histogram({
    name: 'vllm:request_num_preemptions',
    help: 'Histogram of the number of times a request was preempted.',
    buckets: PREEMPTIONS,
  }).expose(registry);
  return (_, end) => {
    const { queuedMs, scheduledMs, firstTokenMs, lastTokenMs } = end.times;
    queue.observe((scheduledMs - queuedMs) / 1000);
    prefill.observe((firstTokenMs - scheduledMs) / 1000);
    decode.observe((lastTokenMs - firstTokenMs) / 1000);
    inference.observe((lastTokenMs - scheduledMs) / 1000);
    preemptions.observe(end.preemptions);
  };
}

/** Decode time per token after the first; 0 if there is only one. */
export function perTokenMetrics(registry: Registry): CountEnd {
  const perToken = new Histogram({
    name: 'vllm:request_time_per_output_token_seconds',
    help: 'Histogram of time_per_output_token_seconds per request.',
    buckets: TOKEN_SECONDS,
  }).expose(registry);
  return (_, { times: { firstTokenMs, lastTokenMs }, outputTokens }) => {
    perToken.observe((lastTokenMs - firstTokenMs) / 1000 / Math.max(1, outputTokens - 1));
  };
}
