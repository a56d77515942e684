import { writeWhole } from '../base/write-whole.ts';
import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { METRICS } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { METRICS_OF_AIPERF } from './aiperf-names.ts';
import { inBatches } from './csv-text.ts';
import { clockMs, type PlannedRequest, plannedRequests, requestId } from './requests.ts';
import { shortNumber } from './summary-json.ts';

/**
 * Writes AIPerf's `profile_export.jsonl`: a line for every request that it would have one for, those of the warm-up,
 * failed and cancelled ones included; not for what was never begun.
 * @throws Error of the system if the file cannot be written.
 */
export function writeAiperfRecords(path: string, run: Run): void {
  writeWhole(path, lines(run));
}

function* lines(run: Run): Generator<string> {
  const sessions = new Map<number, number>();
  for (const batch of inBatches(plannedRequests(run))) {
    yield batch.map((request) => line(request, sessions)).join('');
  }
}

/** @param sessions how many conversations there were before each. */
function line(request: PlannedRequest, sessions: Map<number, number>): string {
  const { record } = request;
  const startMs = record.sentMs ?? record.readyMs ?? record.intendedMs;
  if (record.status === 'unsent' || startMs === undefined) return '';
  const session = sessions.get(record.userId) ?? sessions.size;
  sessions.set(record.userId, session);
  const error = errorOf(record);
  const json = {
    metadata: metadataOf(request, startMs, session),
    metrics: error ? {} : metricsOf(record),
    ...(error && { error }),
  };
  return `${withNanoseconds(JSON.stringify(json))}\n`;
}

function metadataOf(request: PlannedRequest, startMs: number, session: number) {
  const { record } = request;
  const endMs = record.endMs ?? startMs;
  const micros = (ms: number) => Math.round(clockMs(request, ms) * 1000);
  const isCancelled = record.status === 'cancelled';
  return {
    session_num: session,
    x_request_id: requestId(request),
    x_correlation_id: String(record.userId),
    conversation_id: String(record.userId),
    turn_index: record.turn,
    ...(record.intendedMs !== undefined && { credit_issued_ns: micros(record.intendedMs) }),
    request_start_ns: micros(startMs),
    request_end_ns: micros(endMs),
    worker_id: 'confab',
    record_processor_id: 'confab',
    benchmark_phase: record.phase === 'warmup' ? 'warmup' : 'profiling',
    was_cancelled: isCancelled,
    ...(isCancelled && { cancellation_time_ns: micros(endMs) }),
  };
}

/** Unix time in ns is beyond what a double holds exactly; journals have microseconds, which it holds. */
function withNanoseconds(json: string): string {
  return json.replaceAll(/("\w+_ns":)(\d+)/g, (_, key: string, micros: string) =>
    micros === '0' ? `${key}0` : `${key}${micros}000`,
  );
}

function metricsOf(record: TurnRecord) {
  const values: [name: string, value: unknown, unit: string][] = Object.entries(
    METRICS_OF_AIPERF,
  ).map(([name, metric]) => [name, METRICS[metric].of(record), METRICS[metric].unit]);
  const { reasoningTokens, tokensFrom } = record;
  values.push(['reasoning_token_count', reasoningTokens, 'tokens']);
  if (tokensFrom === 'usage') {
    values.push(['usage_prompt_tokens', record.inputTokens, 'tokens']);
    values.push(['usage_completion_tokens', record.outputTokens, 'tokens']);
  }
  return Object.fromEntries(
    values.flatMap(([name, value, unit]) =>
      value === undefined ? [] : [[name, { value: tidy(value), unit }]],
    ),
  );
}

function tidy(value: unknown): unknown {
  return Array.isArray(value) ? value : shortNumber('', value);
}

/** As AIPerf classifies them. */
function errorOf({ status, reason, httpStatus }: TurnRecord) {
  if (status === 'cancelled') {
    return { code: 499, type: 'RequestCancellationError', message: reason ?? 'cancelled' };
  }
  if (!isFailure(status)) return undefined;
  return {
    ...(httpStatus !== undefined && { code: httpStatus }),
    type: status,
    message: reason ?? status,
  };
}

/** The text of AIPerf's `profile_export_aiperf.json`, beside which `aiperf plot` wants to find the records. */
export function aiperfSummary({ run, time, counts, rates, distributions }: RunSummary): string {
  const { achievedPerSec, outputTokensPerSec } = rates;
  const startedAt = time.parts[0]?.startedAt;
  const metrics = Object.entries(METRICS_OF_AIPERF).flatMap(([name, metric]) => {
    const measured = distributions[metric];
    return measured ? [[name, { unit: METRICS[metric].unit, ...statisticsOf(measured) }]] : [];
  });
  const json = {
    schema_version: '1.4',
    request_throughput: { unit: 'requests/sec', avg: achievedPerSec },
    output_token_throughput: { unit: 'tokens/sec', avg: outputTokensPerSec },
    request_count: { unit: 'requests', avg: counts.completed },
    error_request_count: { unit: 'requests', avg: counts.failed },
    benchmark_duration: { unit: 'sec', avg: time.measuredMs / 1000 },
    ...Object.fromEntries(metrics),
    metadata: { model: run.model, made_by: `confab ${run.confab}` },
    was_cancelled: time.parts.at(-1)?.stoppedBy === 'interrupt',
    ...(startedAt !== undefined && { start_time: startedAt }),
  };
  return `${JSON.stringify(json, shortNumber, 2)}\n`;
}

function statisticsOf({ mean, std, count, ...rest }: Distribution) {
  const { min, max, p25, p50, p75, p90, p95, p99 } = rest;
  return { avg: mean, min, max, sum: mean * count, p25, p50, p75, p90, p95, p99, std, count };
}
