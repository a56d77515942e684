import type { RequestMetricName } from '../stats/metrics.ts';

/** AIPerf's names of our metrics: its inter-token latency is our TPOT. Times in ms, as AIPerf exports them. */
export const METRICS_OF_AIPERF = {
  request_latency: 'latencyMs',
  time_to_first_token: 'ttftMs',
  time_to_first_output_token: 'ttfoMs',
  inter_token_latency: 'tpotMs',
  inter_chunk_latency: 'iclMs',
  input_sequence_length: 'inputTokens',
  output_sequence_length: 'outputTokens',
  usage_prompt_cache_read_tokens: 'cachedTokens',
} as const satisfies Record<string, RequestMetricName>;
