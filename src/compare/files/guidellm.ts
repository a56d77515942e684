import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { RecordStatus, TurnRecord } from '../../record/record.ts';
import type { MetricName } from '../../stats/metrics.ts';
import type { ComparedRun } from '../compared-run.ts';
import { otherRun } from './other-run.ts';
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
  const records = recordsOf(benchmark);
  const { duration } = benchmark;
  const span = spanOf(records);
  const metrics = isObject(benchmark['metrics']) ? benchmark['metrics'] : {};
  return otherRun({
    path,
    tool: 'GuideLLM',
    says: 'guidellm benchmark',
    records,
    totalMs: typeof duration === 'number' ? duration * 1000 : span,
    told: Object.assign(
      {},
      ...Object.entries(METRICS).map(([name, [metric, factor]]) =>
        toldOf(metric, statisticsOf(metrics[name]), factor),
      ),
    ),
    isNamed: false,
  });
}

function recordsOf({ requests }: Json): TurnRecord[] {
  if (!isObject(requests)) return [];
  const users = new Map<unknown, number>();
  return Object.entries(STATUSES).flatMap(([name, status]) => {
    const list = requests[name];
    return (Array.isArray(list) ? list : []).flatMap((request) => {
      const record = isObject(request) && recordOf(request, status, users);
      return record ? [record] : [];
    });
  });
}

/** Unix times in seconds; undefined where there are none. */
function recordOf(
  request: Json,
  status: RecordStatus,
  users: Map<unknown, number>,
): TurnRecord | undefined {
  const info = isObject(request['info']) ? request['info'] : {};
  const { timings } = info;
  if (!isObject(timings)) return undefined;
  const ms = (name: string) =>
    typeof timings[name] === 'number' ? timings[name] * 1000 : undefined;
  const user = info['conversation_id'] ?? request['request_id'] ?? users.size;
  let userId = users.get(user);
  if (userId === undefined) users.set(user, (userId = users.size));
  const turn = info['turn_index'];
  const chunks = timings['token_iterations'];
  const told = {
    intendedMs: ms('targeted_start'),
    sentMs: ms('request_start'),
    firstTokenMs: ms('first_token_iteration'),
    firstOutputMs: ms('first_output_token_iteration'),
    lastTokenMs: ms('last_token_iteration'),
    endMs: ms('request_end'),
    inputTokens: tokensOf(request['input_metrics'], 'text_tokens'),
    cachedTokens: tokensOf(request['input_metrics'], 'cached_tokens'),
    outputTokens: tokensOf(request['output_metrics'], 'text_tokens'),
  };
  return {
    userId,
    turn: typeof turn === 'number' ? turn : 0,
    turns: 1,
    phase: 'measure',
    attempts: 1,
    reconnects: 0,
    status,
    chunks: typeof chunks === 'number' ? chunks : 0,
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
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

function spanOf(records: readonly TurnRecord[]): number | undefined {
  let [first, last] = [Infinity, -Infinity];
  for (const { sentMs, endMs } of records) {
    first = Math.min(first, sentMs ?? first);
    last = Math.max(last, endMs ?? last);
  }
  return last > first ? last - first : undefined;
}
