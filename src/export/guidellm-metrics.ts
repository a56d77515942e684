import { isFailure, type TurnRecord } from '../record/record.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { Column } from '../stats/column.ts';
import { moments, quantile } from '../stats/exact.ts';
import { METRICS, type RequestMetricName } from '../stats/metrics.ts';
import type { PlannedRequest } from './requests.ts';

/** What GuideLLM calls how a request ended; what was never sent is none of its requests. */
export const GUIDELLM_STATUSES = {
  successful: ({ status }) => status === 'ok',
  incomplete: ({ status, sentMs }) => status === 'cancelled' && sentMs !== undefined,
  errored: ({ status }) => isFailure(status),
} as const satisfies Record<string, (record: TurnRecord) => boolean>;

/** How many of these requests there are of each status. */
export function totals(requests: readonly PlannedRequest[]) {
  const count = (isOne: (record: TurnRecord) => boolean) =>
    requests.reduce((sum, { record }) => sum + (isOne(record) ? 1 : 0), 0);
  const { successful, incomplete, errored } = GUIDELLM_STATUSES;
  const [ok, cut, failed] = [count(successful), count(incomplete), count(errored)];
  return { successful: ok, incomplete: cut, errored: failed, total: ok + cut + failed };
}

/**
 * GuideLLM's metrics of a run: distributions of completed requests, by our definitions where they are the same;
 * its time per output token counts the first one in. A rate is one value of the whole run, not a distribution.
 */
export function guidellmMetrics(requests: readonly PlannedRequest[], summary: RunSummary) {
  const { rates, concurrency } = summary;
  const { inputTokensPerSec: input, outputTokensPerSec: output } = rates;
  const both = input === undefined || output === undefined ? undefined : input + output;
  const of = (values: (record: TurnRecord) => number | undefined) => byStatus(requests, values);
  const metric = (name: RequestMetricName, factor = 1) =>
    of((record) => scaled(record, name, factor));
  const tokens = {
    input: metric('inputTokens'),
    output: metric('outputTokens'),
    total: of(allTokens),
  };
  return {
    request_totals: totals(requests),
    requests_per_second: whole(rates.achievedPerSec),
    request_concurrency: whole(concurrency.mean, concurrency.peak),
    request_latency: metric('latencyMs', SECONDS),
    request_dispatch_delay: metric('latenessMs', SECONDS),
    request_scheduled_latency: metric('latencyFromIntendedMs', SECONDS),
    request_streaming_iterations_count: of(({ chunks }) => chunks),
    prompt_token_count: tokens.input,
    output_token_count: tokens.output,
    total_token_count: tokens.total,
    time_to_first_token_ms: metric('ttftMs'),
    time_to_first_output_token_ms: metric('ttfoMs'),
    time_per_output_token_ms: of(timePerOutputTokenMs),
    inter_token_latency_ms: metric('itlMs'),
    time_to_last_round_trip_ms: NONE,
    avg_round_trip_time_ms: NONE,
    prompt_tokens_per_second: whole(input),
    output_tokens_per_second: whole(output),
    tokens_per_second: whole(both),
    output_tokens_per_iteration: of(tokensPerChunk),
    iter_tokens_per_iteration: of(laterTokensPerChunk),
    text: {
      tokens: {
        ...tokens,
        input_per_second: whole(input),
        output_per_second: whole(output),
        total_per_second: whole(both),
        input_concurrency: null,
        output_concurrency: null,
        total_concurrency: null,
      },
      words: null,
      characters: null,
    },
    image: { tokens: null, images: null, pixels: null, bytes: null },
    video: { tokens: null, frames: null, seconds: null, bytes: null },
    audio: { tokens: null, samples: null, seconds: null, bytes: null },
    tool_call: { tokens: null, mixed_tokens: null, count: null },
    turns: turnsOf(requests),
  };
}

const SECONDS = 1 / 1000;

/** As the report has rounds; none where every conversation has one turn. */
function turnsOf(requests: readonly PlannedRequest[]) {
  const byTurn = new Map<number, PlannedRequest[]>();
  for (const request of requests) {
    const { turn } = request.record;
    const known = byTurn.get(turn);
    if (known) known.push(request);
    else byTurn.set(turn, [request]);
  }
  if (byTurn.size < 2) return null;
  return [...byTurn]
    .sort(([a], [b]) => a - b)
    .map(([turn, ofTurn]) => {
      const metric = (name: RequestMetricName, factor = 1) =>
        byStatus(ofTurn, (record) => scaled(record, name, factor));
      return {
        turn_index: turn,
        request_totals: totals(ofTurn),
        request_latency: metric('latencyMs', SECONDS),
        prompt_token_count: metric('inputTokens'),
        time_to_first_token_ms: metric('ttftMs'),
        inter_token_latency_ms: metric('itlMs'),
      };
    });
}

function scaled(record: TurnRecord, name: RequestMetricName, factor: number): number | undefined {
  const value = METRICS[name].of(record);
  return typeof value === 'number' ? value * factor : undefined;
}

function allTokens({ inputTokens, outputTokens }: TurnRecord): number | undefined {
  return inputTokens === undefined || outputTokens === undefined
    ? undefined
    : inputTokens + outputTokens;
}

function timePerOutputTokenMs({ sentMs, lastTokenMs, endMs, outputTokens }: TurnRecord) {
  const lastMs = lastTokenMs ?? endMs;
  return sentMs === undefined || lastMs === undefined || !outputTokens
    ? undefined
    : (lastMs - sentMs) / outputTokens;
}

function tokensPerChunk({ outputTokens, chunks }: TurnRecord): number | undefined {
  return outputTokens === undefined || chunks < 1 ? undefined : outputTokens / chunks;
}

function laterTokensPerChunk({ outputTokens = 0, chunks }: TurnRecord): number | undefined {
  return outputTokens < 2 || chunks < 2 ? undefined : (outputTokens - 1) / (chunks - 1);
}

/** Of completed requests; GuideLLM writes zeros, with a count of 0, where there is nothing. */
function byStatus(
  requests: readonly PlannedRequest[],
  of: (record: TurnRecord) => number | undefined,
) {
  const column = new Column();
  for (const { record } of requests) {
    if (GUIDELLM_STATUSES.successful(record)) column.add(of(record));
  }
  return allSuccessful(distribution(column.sorted()));
}

/** A number of the run as a whole: one value. */
function whole(value: number | undefined, max = value) {
  return allSuccessful(
    value === undefined
      ? distribution(new Float64Array())
      : { ...distribution(Float64Array.of(value)), max: max ?? value },
  );
}

function allSuccessful(successful: ReturnType<typeof distribution>) {
  const none = distribution(new Float64Array());
  return { successful, errored: none, incomplete: none, total: successful };
}

const PERCENTILES = {
  p001: 0.001,
  p01: 0.01,
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

function distribution(sorted: Float64Array) {
  const isEmpty = sorted.length === 0;
  const at = (share: number) => (isEmpty ? 0 : quantile(sorted, share));
  const { mean, std = 0 } = isEmpty ? { mean: 0 } : moments(sorted);
  return {
    mean,
    median: at(0.5),
    mode: modeOf(sorted),
    variance: std ** 2,
    std_dev: std,
    min: at(0),
    max: at(1),
    count: sorted.length,
    total_sum: mean * sorted.length,
    percentiles: Object.fromEntries(
      Object.entries(PERCENTILES).map(([name, share]) => [name, at(share)]),
    ),
  };
}

/** The value that there is most of; the least of several. */
function modeOf(sorted: Float64Array): number {
  let [mode, most, count] = [sorted[0] ?? 0, 0, 0];
  for (let at = 0; at < sorted.length; at++) {
    count = at > 0 && sorted[at] === sorted[at - 1] ? count + 1 : 1;
    if (count > most) [mode, most] = [sorted[at]!, count];
  }
  return mode;
}

const NONE = allSuccessful(distribution(new Float64Array()));
