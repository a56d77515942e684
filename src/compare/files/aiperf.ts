import { UsageError } from '../../base/errors.ts';
import { found as foundText, isObject, notJson, parsedJson } from '../../base/json.ts';
import { readLines } from '../../record/lines.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { MetricName } from '../../stats/metrics.ts';
import type { ComparedRun } from '../compared-run.ts';
import { otherRun } from './other-run.ts';
import { toldOf } from './told.ts';

type Json = Readonly<Record<string, unknown>>;

const LAST_CONTENT = 'AIPerf ends it with the last content';
const DEFINITIONS = { latencyMs: LAST_CONTENT, tpotMs: LAST_CONTENT } as const;
/** Its inter-token latency is our TPOT. */
const METRICS = {
  request_latency: 'latencyMs',
  time_to_first_token: 'ttftMs',
  time_to_first_output_token: 'ttfoMs',
  inter_token_latency: 'tpotMs',
  inter_chunk_latency: 'iclMs',
  input_sequence_length: 'inputTokens',
  output_sequence_length: 'outputTokens',
  usage_prompt_cache_read_tokens: 'cachedTokens',
} as const satisfies Record<string, MetricName>;

export function isAiperfRecord(json: Json): boolean {
  return isObject(json['metadata']) && isObject(json['metrics']);
}

export function isAiperfSummary(json: Json): boolean {
  return isObject(json['request_throughput']) && isObject(json['request_latency']);
}

/** `profile_export_aiperf.json`: statistics alone. */
export function aiperfSummaryRun(path: string, json: Json): ComparedRun {
  const of = (name: string) => (isObject(json[name]) ? json[name] : {});
  const rate = (name: string, measure: string) =>
    typeof of(name)['avg'] === 'number' ? { [measure]: of(name)['avg'] as number } : {};
  return otherRun({
    path,
    tool: 'AIPerf',
    says: 'aiperf profile, statistics alone',
    records: [],
    definitions: DEFINITIONS,
    told: {
      ...Object.assign(
        {},
        ...Object.entries(METRICS).map(([name, metric]) => {
          const { avg, p50, p75, p90, p95, p99 } = of(name);
          return toldOf(metric, { mean: avg, p50, p75, p90, p95, p99 });
        }),
      ),
      ...rate('request_throughput', 'rates.achievedPerSec'),
      ...rate('output_token_throughput', 'rates.outputTokensPerSec'),
    },
    isNamed: false,
  });
}

/**
 * `profile_export.jsonl`, AIPerf's or ours: a line a request. Those of its warm-up are left out.
 * @throws UsageError naming file, line and field.
 */
export function aiperfRun(path: string): ComparedRun {
  const users = new Map<string, number>();
  const found: TurnRecord[] = [];
  let number = 0;
  for (const line of readLines(path, 'AIPerf records')) {
    number++;
    const text = line.toString('utf8');
    if (!text.trim()) continue;
    const json = parsedJson(text);
    if (!isObject(json)) throw new UsageError(`${path}: line ${number}: ${notJson(text)}`);
    const record = recordOf(json, users, `${path}: line ${number}`);
    if (record) found.push(record);
  }
  const records = numbered(found, [...users.keys()]);
  const starts = records.flatMap(({ sentMs }) => sentMs ?? []);
  const ends = records.flatMap(({ endMs }) => endMs ?? []);
  const [first, last] = [least(starts), -least(ends.map((end) => -end))];
  return otherRun({
    path,
    tool: 'AIPerf',
    says: 'aiperf profile',
    records,
    totalMs: last > first ? last - first : undefined,
    definitions: DEFINITIONS,
    isNamed: true,
  });
}

/** By the order of their names, which is the same in every run of a data set; lines come as requests end. */
function numbered(records: readonly TurnRecord[], names: readonly string[]): TurnRecord[] {
  const inOrder = names.map((name, index) => ({ name, index })).sort((a, b) => byName(a, b));
  const places = new Map(inOrder.map(({ index }, place) => [index, place]));
  return records.map((record) => ({ ...record, userId: places.get(record.userId)! }));
}

function byName({ name: a }: { name: string }, { name: b }: { name: string }): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

function recordOf(json: Json, users: Map<string, number>, at: string): TurnRecord | undefined {
  const { metadata, metrics, error } = json;
  if (!isObject(metadata)) {
    throw new UsageError(`${at}: metadata: ${foundText(metadata)}; expected an object`);
  }
  const { request_start_ns: start, turn_index: turn, benchmark_phase: phase } = metadata;
  if (phase === 'warmup') return undefined;
  if (typeof start !== 'number') {
    throw new UsageError(
      `${at}: metadata.request_start_ns: ${foundText(start)}; expected nanoseconds`,
    );
  }
  const user = String(
    metadata['conversation_id'] ??
      metadata['x_correlation_id'] ??
      metadata['session_num'] ??
      users.size,
  );
  let userId = users.get(user);
  if (userId === undefined) users.set(user, (userId = users.size));
  const sentMs = start / 1e6;
  const isCancelled = metadata['was_cancelled'] === true;
  const base = {
    userId,
    turn: typeof turn === 'number' ? turn : 0,
    turns: 1,
    phase: 'measure',
    attempts: 1,
    reconnects: 0,
    sentMs,
  } as const;
  if (isCancelled || error || !isObject(metrics)) {
    return { ...base, status: isCancelled ? 'cancelled' : 'http', chunks: 0 };
  }
  return { ...base, status: 'ok', ...measuredOf(metrics, sentMs) };
}

function measuredOf(metrics: Json, sentMs: number) {
  const value = (name: keyof typeof METRICS) =>
    isObject(metrics[name]) ? metrics[name]['value'] : undefined;
  const ms = (name: keyof typeof METRICS) => {
    const span = value(name);
    return typeof span === 'number' ? sentMs + span : undefined;
  };
  const tokens = (name: keyof typeof METRICS) => {
    const count = value(name);
    return typeof count === 'number' ? count : undefined;
  };
  const gaps = value('inter_chunk_latency');
  const endMs = ms('request_latency');
  const output = tokens('output_sequence_length');
  return withoutUndefined({
    firstTokenMs: ms('time_to_first_token'),
    firstOutputMs: ms('time_to_first_output_token'),
    lastTokenMs: endMs,
    endMs,
    inputTokens: tokens('input_sequence_length'),
    outputTokens: output,
    cachedTokens: tokens('usage_prompt_cache_read_tokens'),
    chunkGapsMs: Array.isArray(gaps) ? (gaps as number[]) : undefined,
    chunks: Array.isArray(gaps) ? gaps.length + 1 : (output ?? 1),
  });
}

function withoutUndefined<T extends { readonly chunks: number }>(of: T) {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Pick<
    TurnRecord,
    'chunks'
  >;
}

function least(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}
