import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from '../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../base/json.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import { METRICS_OF_AIPERF } from '../../export/aiperf-names.ts';
import { readLines } from '../../record/lines.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { ComparedRun } from '../compared-run.ts';
import { known, type OtherRequest, otherRun } from './other-run.ts';
import { toldOf } from './told.ts';

type Json = Readonly<Record<string, unknown>>;

const LAST_CONTENT = 'AIPerf ends it with the last content';
const DEFINITIONS = { latencyMs: LAST_CONTENT, tpotMs: LAST_CONTENT } as const;
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
    requests: [],
    definitions: DEFINITIONS,
    told: {
      ...Object.assign(
        {},
        ...Object.entries(METRICS_OF_AIPERF).map(([name, metric]) => {
          const { avg, p50, p75, p90, p95, p99 } = of(name);
          return toldOf(metric, { mean: avg, p50, p75, p90, p95, p99 });
        }),
      ),
      ...rate('request_throughput', 'rates.achievedPerSec'),
      ...rate('output_token_throughput', 'rates.outputTokensPerSec'),
    },
  });
}

/**
 * `profile_export.jsonl`, AIPerf's or ours: a line a request. Those of its warm-up are left out.
 * @throws UsageError naming file, line and field.
 */
export function aiperfRun(path: string): ComparedRun {
  const requests: OtherRequest[] = [];
  let number = 0;
  for (const line of readLines(path, 'AIPerf records')) {
    number++;
    const text = line.toString('utf8');
    if (!text.trim()) continue;
    const json = parsedJson(text);
    if (!isObject(json)) throw new UsageError(`${path}: line ${number}: ${notJson(text)}`);
    const request = requestOf(json, `${path}: line ${number}`);
    if (request) requests.push(request);
  }
  const named = namedByPrompt(path, requests);
  return otherRun({
    path,
    tool: 'AIPerf',
    says: 'aiperf profile',
    requests: named ?? requests,
    isNamedByPrompt: named !== undefined,
    definitions: DEFINITIONS,
  });
}

/** What it keeps of what was sent, in the folder of its records. */
const INPUTS = 'inputs.json';

/**
 * Its conversations are numbered, or called otherwise in each run; the file beside says what is sent in them. undefined:
 * it is not there, or does not have all of them.
 */
function namedByPrompt(
  path: string,
  requests: readonly OtherRequest[],
): OtherRequest[] | undefined {
  const file = join(dirname(path), INPUTS);
  if (!existsSync(file)) return undefined;
  const inputs = parsedJson(readText(file, { what: 'inputs', maxBytes: LARGE_BYTES }));
  const sessions = isObject(inputs) && Array.isArray(inputs['data']) ? inputs['data'] : [];
  const seen = new Map<string, number>();
  const names = new Map(
    sessions.filter(isObject).map(({ session_id, payloads }): [string, string] => {
      const digest = digestOf([payloads]);
      const count = (seen.get(digest) ?? 0) + 1;
      seen.set(digest, count);
      return [String(session_id), `${digest} ${count}`];
    }),
  );
  if (requests.some(({ conversation }) => !names.has(conversation))) return undefined;
  return requests.map((one) => ({ ...one, conversation: names.get(one.conversation)! }));
}

/** undefined: it is of the warm-up. */
function requestOf(json: Json, at: string): OtherRequest | undefined {
  const { metadata, metrics, error } = json;
  if (!isObject(metadata)) {
    throw new UsageError(`${at}: metadata: ${found(metadata)}; expected an object`);
  }
  const { request_start_ns: start, turn_index: turn, was_cancelled: wasCancelled } = metadata;
  if (metadata['benchmark_phase'] === 'warmup') return undefined;
  if (typeof start !== 'number') {
    throw new UsageError(`${at}: metadata.request_start_ns: ${found(start)}; expected nanoseconds`);
  }
  const { conversation_id, x_correlation_id, session_num } = metadata;
  const conversation = String(conversation_id ?? x_correlation_id ?? session_num ?? at);
  const sentMs = start / 1e6;
  const begun = { turn: typeof turn === 'number' ? turn : 0, sentMs };
  if (wasCancelled === true || error || !isObject(metrics)) {
    const status = wasCancelled === true ? 'cancelled' : 'http';
    return { conversation, record: { ...begun, status, chunks: 0 } };
  }
  return { conversation, record: { ...begun, status: 'ok', ...measuredOf(metrics, sentMs) } };
}

function measuredOf(metrics: Json, sentMs: number) {
  const value = (name: keyof typeof METRICS_OF_AIPERF) =>
    isObject(metrics[name]) ? metrics[name]['value'] : undefined;
  const ms = (name: keyof typeof METRICS_OF_AIPERF) => {
    const span = value(name);
    return typeof span === 'number' ? sentMs + span : undefined;
  };
  const tokens = (name: keyof typeof METRICS_OF_AIPERF) => {
    const count = value(name);
    return typeof count === 'number' ? count : undefined;
  };
  const gaps = value('inter_chunk_latency');
  const endMs = ms('request_latency');
  const output = tokens('output_sequence_length');
  return known({
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
