import type { TurnRecord } from '../../record/record.ts';
import { latencyMs, tpotMs, ttftMs } from '../../stats/latency.ts';

/**
 * `usage`: ours. TTFT as it was seen, from the sent bytes to the first delta of any kind; TPOT =
 * (latency - TTFT) / (output tokens - 1); every chunk counts.
 * `compat`: those of vLLM's benchmark_serving_multi_turn.py. Times start before the connection is opened;
 * reasoning is no first token; TPOT = (latency - TTFT) / (output tokens - tokens of the first chunk);
 * TTFT is lowered by what the further tokens of the first chunk would have taken; the first chunk is
 * not counted.
 */
export type MultiTurnDefinition = 'usage' | 'compat';

/** How requests are named, and what their records cannot tell. */
export interface MultiTurnNames {
  /** The data set's id of a user's conversation; default: the user's number. */
  readonly conversationId?: (userId: number) => string;
  /** 0-based client that sent the request; default: unknown. */
  readonly clientId?: (record: TurnRecord) => number | undefined;
  /** False for --no-stream. */
  readonly stream?: boolean;
}

/** The fields of vLLM's RequestStats, under its names. Milliseconds; null is unknown. */
export interface RequestStats {
  readonly ttft_ms: number | null;
  readonly tpot_ms: number | null;
  readonly latency_ms: number | null;
  /** On the run's clock. */
  readonly start_time_ms: number | null;
  /** Messages sent: 1 for a first turn without a system message. */
  readonly input_num_turns: number;
  readonly input_num_tokens: number | null;
  readonly output_num_tokens: number | null;
  readonly output_num_chunks: number;
  readonly output_num_first_chunk_tokens: number | null;
  /** 100 (input - new message) / input tokens: what a cache that holds the whole history would give. */
  readonly approx_cached_percent: number | null;
  readonly conversation_id: string;
  readonly client_id: number | null;
}

/** The tool's own floor for a lowered TTFT, milliseconds. */
const LOWERED_TTFT_MS_MIN = 0.1;

interface Times {
  readonly startMs: number | undefined;
  readonly ttftMs: number | undefined;
  readonly tpotMs: number | undefined;
  readonly latencyMs: number | undefined;
}

/** One request as the tool counts it, however it ended. */
export function multiTurnStats(
  record: TurnRecord,
  definition: MultiTurnDefinition,
  names: MultiTurnNames = {},
): RequestStats {
  const isCompat = definition === 'compat';
  const times = isCompat ? compatTimes(record, names.stream !== false) : usageTimes(record);
  const { inputTokens, outputTokens, chunks, userId } = record;
  return {
    ttft_ms: times.ttftMs ?? null,
    tpot_ms: times.tpotMs ?? null,
    latency_ms: times.latencyMs ?? null,
    start_time_ms: times.startMs ?? null,
    input_num_turns: record.messagesSent ?? 2 * record.turn + 1,
    input_num_tokens: inputTokens ?? null,
    output_num_tokens: outputTokens ?? null,
    output_num_chunks: isCompat ? Math.max(0, chunks - 1) : chunks,
    output_num_first_chunk_tokens: firstChunkTokens(record) ?? null,
    approx_cached_percent: approxCachedPercent(record) ?? null,
    conversation_id: names.conversationId?.(userId) ?? String(userId),
    client_id: names.clientId?.(record) ?? null,
  };
}

function usageTimes(record: TurnRecord): Times {
  return {
    startMs: record.sentMs,
    ttftMs: ttftMs(record),
    tpotMs: tpotMs(record),
    latencyMs: latencyMs(record),
  };
}

function compatTimes(record: TurnRecord, isStreamed: boolean): Times {
  const { sentMs, connectMs = 0, firstOutputMs, endMs, outputTokens } = record;
  if (sentMs === undefined) return NO_TIMES;
  const startMs = sentMs - connectMs;
  const latencyMs = endMs === undefined ? undefined : endMs - startMs;
  if (!isStreamed) return { startMs, ttftMs: latencyMs, tpotMs: 0, latencyMs };
  const firstTokens = firstChunkTokens(record);
  if (firstOutputMs === undefined) {
    return { startMs, ttftMs: undefined, tpotMs: undefined, latencyMs };
  }
  const seenMs = firstOutputMs - startMs;
  if (latencyMs === undefined || outputTokens === undefined || firstTokens === undefined) {
    return { startMs, ttftMs: seenMs, tpotMs: undefined, latencyMs };
  }
  const laterTokens = outputTokens - firstTokens;
  const tpotMs = outputTokens > 1 && laterTokens > 0 ? (latencyMs - seenMs) / laterTokens : 0;
  const ttftMs =
    firstTokens > 1 ? Math.max(LOWERED_TTFT_MS_MIN, seenMs - (firstTokens - 1) * tpotMs) : seenMs;
  return { startMs, ttftMs, tpotMs, latencyMs };
}

const NO_TIMES: Times = {
  startMs: undefined,
  ttftMs: undefined,
  tpotMs: undefined,
  latencyMs: undefined,
};

/** Where nobody counted them: all of an answer in one chunk, otherwise one, as engines stream. */
function firstChunkTokens(record: TurnRecord): number | undefined {
  if (record.chunks === 0) return undefined;
  return record.firstChunkTokens ?? (record.chunks === 1 ? record.outputTokens : 1);
}

function approxCachedPercent({ inputTokens, messageTokens }: TurnRecord): number | undefined {
  if (inputTokens === undefined || messageTokens === undefined) return undefined;
  // The server may count with another tokenizer than the workload's: never below 0.
  return inputTokens > 0 ? (100 * Math.max(0, inputTokens - messageTokens)) / inputTokens : 0;
}
