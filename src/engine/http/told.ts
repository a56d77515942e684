import type { Medium } from '../kv/offload-stats.ts';
import type { EngineEnd } from '../serving.ts';

/** What a response says about its request besides the answer, in the fields of real servers. */
export interface Told {
  readonly usage?: UsageJson;
  readonly metrics?: RequestMetricsJson;
  readonly sglext?: SglExtJson;
}

/** vLLM's `UsageInfo`; the details need its --enable-prompt-tokens-details. */
export interface UsageJson {
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: PromptDetailsJson;
  /** Where the answer began with reasoning. */
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

export interface PromptDetailsJson {
  readonly cached_tokens: number;
  /** Of chats: prompt tokens that the cache did not have and has now, in whole blocks. */
  readonly created_cache_tokens?: number;
  /** In no released vLLM: those that were in the GPU's own cache, and those that a tier below it gave. */
  readonly local_cached_tokens?: number;
  readonly external_cached_tokens?: number;
  readonly computed_tokens?: number;
}

/** vLLM's `PerRequestMetrics` (docs/features/per_request_metrics.md); null is unknown. */
export interface RequestMetricsJson {
  /** From scheduled to the first token: unlike a client's TTFT, without the queue. */
  readonly time_to_first_token_ms: number;
  /** From the first token to the last. */
  readonly generation_time_ms: number;
  readonly queue_time_ms: number;
  readonly mean_itl_ms: number | null;
  /** All tokens over the time from scheduled to the last one. */
  readonly tokens_per_second: number | null;
}

/** SGLang's `SglExt`, of which only the cached tokens by where they were. */
export interface SglExtJson {
  readonly cached_tokens_details: {
    readonly device: number;
    readonly host: number;
    /** Both only where there is storage. */
    readonly storage?: number;
    readonly storage_backend?: Medium;
  };
}

export interface UsageTelling {
  readonly reportCached: boolean;
  readonly reportTiers: boolean;
  /** Tokens of a block, where what was written to the cache is told. */
  readonly createdBlockTokens?: number | undefined;
}

/**
 * The usage of answers that came of one request. `prompts`: the first of each prompt's, whose tokens count once;
 * `cached`: the one whose cached tokens are told: vLLM does not add them up.
 */
export function usageJson(
  ends: readonly EngineEnd[],
  telling: UsageTelling,
  { prompts = ends.slice(0, 1), cached = ends[0]! } = {},
): UsageJson {
  const sum = (of: readonly EngineEnd[], count: (end: EngineEnd) => number): number =>
    of.reduce((all, end) => all + count(end), 0);
  const promptTokens = sum(prompts, (end) => end.promptTokens);
  const outputTokens = sum(ends, (end) => end.outputTokens);
  const reasoningTokens = sum(ends, (end) => end.reasoningTokens);
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + outputTokens,
    completion_tokens: outputTokens,
    ...(telling.reportCached && { prompt_tokens_details: promptDetails(cached, telling) }),
    ...(reasoningTokens > 0 && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    }),
  };
}

function promptDetails(end: EngineEnd, telling: UsageTelling): PromptDetailsJson {
  const { promptTokens, cachedTokens } = end;
  const external = end.hostTokens + end.storageTokens;
  const { createdBlockTokens: block } = telling;
  return {
    cached_tokens: cachedTokens,
    ...(block && {
      created_cache_tokens: Math.max(0, promptTokens - (promptTokens % block) - cachedTokens),
    }),
    ...(telling.reportTiers && {
      local_cached_tokens: cachedTokens - external,
      external_cached_tokens: external,
      computed_tokens: promptTokens - cachedTokens,
    }),
  };
}

export function requestMetricsJson({ times, outputTokens }: EngineEnd): RequestMetricsJson {
  const { queuedMs, scheduledMs, firstTokenMs, lastTokenMs } = times;
  const generationMs = lastTokenMs - firstTokenMs;
  const inferenceMs = lastTokenMs - scheduledMs;
  return {
    time_to_first_token_ms: firstTokenMs - scheduledMs,
    generation_time_ms: generationMs,
    queue_time_ms: scheduledMs - queuedMs,
    mean_itl_ms: outputTokens > 1 ? generationMs / (outputTokens - 1) : null,
    tokens_per_second: inferenceMs > 0 ? (outputTokens * 1000) / inferenceMs : null,
  };
}

/** `storage`: see `storageOf`. */
export function sglExtJson(end: EngineEnd, storage: Medium | undefined): SglExtJson {
  const { cachedTokens, hostTokens, storageTokens } = end;
  return {
    cached_tokens_details: {
      device: cachedTokens - hostTokens - storageTokens,
      host: hostTokens,
      ...(storage && { storage: storageTokens, storage_backend: storage }),
    },
  };
}
