import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { RecordStatus } from '../../record/record.ts';
import type { MetricName } from '../../stats/metrics.ts';
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
 * GuideLLM's report with one benchmark, its own or our export `guidellm`. Requests are read where they have
 * `info.timings` (0.4 on), and our metrics are computed of those; of older ones there are statistics alone.
 * @throws UsageError for several benchmarks, or none.
 */
export function guidellmRun(path: string, json: Json): ComparedRun {
  const benchmarks = json['benchmarks'] as unknown[];
  const [benchmark] = benchmarks;
  if (benchmarks.length !== 1 || !isObject(benchmark)) {
    throw new UsageError(
      `${path}: benchmarks: found ${benchmarks.length}; expected one, as each is a run of its own`,
    );
  }
  const { duration } = benchmark;
  const metrics = isObject(benchmark['metrics']) ? benchmark['metrics'] : {};
  return otherRun({
    path,
    tool: 'GuideLLM',
    says: 'guidellm benchmark',
    requests: requestsOf(benchmark),
    totalMs: typeof duration === 'number' ? duration * 1000 : undefined,
    told: Object.assign(
      {},
      ...Object.entries(METRICS).map(([name, [metric, factor]]) =>
        toldOf(metric, statisticsOf(metrics[name]), factor),
      ),
    ),
  });
}

function requestsOf({ requests }: Json): OtherRequest[] {
  if (!isObject(requests)) return [];
  return Object.entries(STATUSES).flatMap(([name, status]) => {
    const list = requests[name];
    return (Array.isArray(list) ? list : []).flatMap((json) => {
      const request = isObject(json) && requestOf(json, status);
      return request ? [request] : [];
    });
  });
}

/** Unix times in seconds; undefined where there are none. */
function requestOf(json: Json, status: RecordStatus): OtherRequest | undefined {
  const info = isObject(json['info']) ? json['info'] : {};
  const { timings, turn_index: turn, conversation_id: conversation = json['request_id'] } = info;
  if (!isObject(timings)) return undefined;
  const ms = (name: string) =>
    typeof timings[name] === 'number' ? timings[name] * 1000 : undefined;
  const chunks = timings['token_iterations'];
  const record = known({
    turn: typeof turn === 'number' ? turn : 0,
    status,
    chunks: typeof chunks === 'number' ? chunks : 0,
    intendedMs: ms('targeted_start'),
    sentMs: ms('request_start'),
    firstTokenMs: ms('first_token_iteration'),
    firstOutputMs: ms('first_output_token_iteration'),
    lastTokenMs: ms('last_token_iteration'),
    endMs: ms('request_end'),
    inputTokens: tokensOf(json['input_metrics'], 'text_tokens'),
    cachedTokens: tokensOf(json['input_metrics'], 'cached_tokens'),
    outputTokens: tokensOf(json['output_metrics'], 'text_tokens'),
  });
  return { conversation: String(conversation), record: record as OtherRequest['record'] };
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
