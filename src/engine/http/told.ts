import type { EngineOptions } from '../../scenario/engine.ts';
import { MEDIA, type Medium } from '../kv/offload-stats.ts';
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
  readonly prompt_tokens_details?: {
    readonly cached_tokens: number;
    /** Those of them that were in the GPU's own cache, and those that a tier below it gave. */
    readonly local_cached_tokens: number;
    readonly external_cached_tokens: number;
    readonly computed_tokens: number;
  };
  /** Where the answer began with reasoning. */
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
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

export function usageJson(end: EngineEnd, { reportCached }: EngineOptions): UsageJson {
  const { promptTokens, outputTokens, cachedTokens, reasoningTokens } = end;
  const external = end.hostTokens + end.storageTokens;
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + outputTokens,
    completion_tokens: outputTokens,
    ...(reportCached && {
      prompt_tokens_details: {
        cached_tokens: cachedTokens,
        local_cached_tokens: cachedTokens - external,
        external_cached_tokens: external,
        computed_tokens: promptTokens - cachedTokens,
      },
    }),
    ...(reasoningTokens > 0 && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
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

/** The first tier that is not the host's memory: SGLang's storage backend. undefined without one. */
export function storageOf({ offload }: EngineOptions): Medium | undefined {
  const { preset = 'none' } = offload;
  if (preset === 'none') return undefined;
  return MEDIA.find((medium) => medium !== 'cpu' && offload[medium]);
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
