import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { RecordStatus } from '../../record/record.ts';
import type { MetricName } from '../../stats/metrics.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { ComparedRun } from '../compared-run.ts';
import { known, type OtherRequest, otherRun } from './other-run.ts';
import { toldOf } from './told.ts';

type Json = Readonly<Record<string, unknown>>;

/** Its metrics, and the factor to our unit: its latency is in seconds. */
const METRICS: Readonly<Record<string, readonly [MetricName, factor: number]>> = {
  request_latency: ['latencyMs', 1000],
  time_to_first_token_ms: ['ttftMs', 1],
  inter_token_latency_ms: ['itlMs', 1],
  prompt_token_count: ['inputTokens', 1],
  output_token_count: ['outputTokens', 1],
};

const STATUSES: Readonly<Record<string, RecordStatus>> = {
  successful: 'ok',
  incomplete: 'cancelled',
  errored: 'http',
};

export function isGuidellm(json: Json): boolean {
  return Array.isArray(json['benchmarks']);
}

/**
 * A benchmark of GuideLLM's report, its own or our export `guidellm`. Requests are read where they have their times, and
 * our metrics are computed of those; else there are statistics alone.
 *
 * @param number of the benchmark, from 1; absent: the only one
 * @throws UsageError for several benchmarks of which none is named, or one that there is not.
 */
export function guidellmRun(path: string, json: Json, number?: number): ComparedRun {
  const benchmark = benchmarkOf(path, json['benchmarks'] as unknown[], number);
  const { duration } = benchmark;
  const requests = requestsOf(benchmark);
  const metrics = isObject(benchmark['metrics']) ? benchmark['metrics'] : {};
  return otherRun({
    path,
    tool: 'GuideLLM',
    says: number === undefined ? 'guidellm benchmark' : `guidellm benchmark ${number}`,
    ...requests,
    totalMs: typeof duration === 'number' ? duration * 1000 : undefined,
    told: Object.assign(
      {},
      ...Object.entries(METRICS).map(([name, [metric, factor]]) =>
        toldOf(metric, statisticsOf(metrics[name]), factor),
      ),
    ),
  });
}

function benchmarkOf(
  path: string,
  benchmarks: readonly unknown[],
  number: number | undefined,
): Json {
  const { length } = benchmarks;
  const isNone = number === undefined ? length !== 1 : number > length;
  const benchmark = benchmarks[(number ?? 1) - 1];
  if (!isNone && isObject(benchmark)) return benchmark;
  throw new UsageError(
    number === undefined && length > 1
      ? `${path}: benchmarks: found ${length}, each a run of its own; expected which: ${path}#1 to #${length}`
      : `${path}: benchmarks: found ${length}; expected ${number ?? 'one'}${number === undefined ? '' : ' or more'}`,
  );
}

function requestsOf({ requests }: Json) {
  if (!isObject(requests)) return { requests: [] };
  const all = allOf(requests);
  const named = namedByPrompt(requests, all);
  return named ? { requests: named, isNamedByPrompt: true } : { requests: all };
}

function allOf(requests: Json): OtherRequest[] {
  return Object.entries(STATUSES).flatMap(([name, status]) => {
    const list = requests[name];
    return (Array.isArray(list) ? list : []).flatMap((json) => {
      const request = isObject(json) && requestOf(json, status);
      return request ? [request] : [];
    });
  });
}

/**
 * Its names of conversations are drawn anew in each run: where it has kept what was sent, they are called by what they
 * begin with, so that the same one of another run is found. undefined: it has not kept all of it.
 */
function namedByPrompt(requests: Json, all: readonly OtherRequest[]): OtherRequest[] | undefined {
  const begins = new Map<string, string>();
  for (const name of Object.keys(STATUSES)) {
    for (const json of Array.isArray(requests[name]) ? requests[name] : []) {
      const sent = isObject(json) && (json['request_args'] ?? json['prompt']);
      const { turn, conversation } = placeOf(json as Json);
      if (typeof sent === 'string' && turn === 0) begins.set(conversation, digestOf([sent]));
    }
  }
  if (all.some(({ conversation }) => !begins.has(conversation))) return undefined;
  // The same prompt twice: by the order in which they were due.
  const seen = new Map<string, number>();
  const names = new Map<string, string>();
  const inOrder = all.toSorted((a, b) => dueMs(a) - dueMs(b));
  for (const { conversation } of inOrder) {
    if (names.has(conversation)) continue;
    const digest = begins.get(conversation)!;
    const count = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, count);
    names.set(conversation, `${digest} ${count}`);
  }
  return all.map((one) => ({ ...one, conversation: names.get(one.conversation)! }));
}

function dueMs({ record: { intendedMs, sentMs } }: OtherRequest): number {
  return intendedMs ?? sentMs ?? 0;
}

function placeOf(json: Json): { readonly turn: number; readonly conversation: string } {
  const info = isObject(json['info']) ? json['info'] : {};
  const { turn_index: turn, conversation_id: conversation = json['request_id'] } = info;
  return { turn: typeof turn === 'number' ? turn : 0, conversation: String(conversation) };
}

/** Unix times in seconds; undefined where there are none. */
function requestOf(json: Json, status: RecordStatus): OtherRequest | undefined {
  const timings = timingsOf(json);
  const { turn, conversation } = placeOf(json);
  if (!timings) return undefined;
  const ms = (name: string) =>
    typeof timings[name] === 'number' ? timings[name] * 1000 : undefined;
  const chunks = timings['token_iterations'];
  const record = known({
    turn,
    status,
    chunks: typeof chunks === 'number' ? chunks : 0,
    intendedMs: ms('targeted_start'),
    sentMs: ms('request_start'),
    firstTokenMs: ms('first_token_iteration'),
    firstOutputMs: ms('first_output_token_iteration'),
    lastTokenMs: ms('last_token_iteration'),
    endMs: ms('request_end'),
    inputTokens: tokensOf(json['input_metrics'], 'text_tokens') ?? tokensOf(json, 'prompt_tokens'),
    cachedTokens: tokensOf(json['input_metrics'], 'cached_tokens'),
    outputTokens:
      tokensOf(json['output_metrics'], 'text_tokens') ?? tokensOf(json, 'output_tokens'),
  });
  return { conversation, record: record as OtherRequest['record'] };
}

/** From 0.4 on in `info.timings`; before, beside the request's other fields. */
function timingsOf(json: Json): Json | undefined {
  const info = isObject(json['info']) ? json['info'] : {};
  if (isObject(info['timings'])) return info['timings'];
  const { start_time: start, end_time: end, first_token_time: first, last_token_time: last } = json;
  if (typeof start !== 'number') return undefined;
  return {
    request_start: start,
    request_end: end,
    first_token_iteration: first,
    last_token_iteration: last,
    token_iterations: json['output_tokens'],
  };
}

function tokensOf(metrics: unknown, name: string): number | undefined {
  const tokens = isObject(metrics) ? metrics[name] : undefined;
  return typeof tokens === 'number' ? tokens : undefined;
}

function statisticsOf(metric: unknown) {
  const of = isObject(metric) && isObject(metric['successful']) ? metric['successful'] : {};
  if (of['count'] === 0) return {};
  const { p50, p75, p90, p95, p99 } = isObject(of['percentiles']) ? of['percentiles'] : {};
  return { mean: of['mean'], p50: of['median'] ?? p50, p75, p90, p95, p99 };
}
