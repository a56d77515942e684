import { UsageError } from '../../base/errors.ts';
import { found } from '../../base/json.ts';
import type { ComparedRun } from '../compared-run.ts';
import { type OtherRequest, otherRun } from './other-run.ts';
import { toldOf } from './told.ts';

type Json = Readonly<Record<string, unknown>>;

const LAST_CHUNK = 'vLLM ends it with the last chunk';
/** Names of vLLM's metrics, whose itl are the gaps between chunks. */
const METRICS = { ttft: 'ttftMs', tpot: 'tpotMs', itl: 'iclMs', e2el: 'latencyMs' } as const;

export function isVllm(json: Json): boolean {
  return typeof json['request_throughput'] === 'number' && 'total_output_tokens' in json;
}

/**
 * The result of `vllm bench serve --save-result`, or of our export `vllm`. With --save-detailed it has a list for
 * each number of a request, all equally long, in the order of the prompts; without, nothing but statistics.
 * @throws UsageError for lists that are none, or are not equally long.
 */
export function vllmRun(path: string, json: Json): ComparedRun {
  const ttfts = list(path, json, 'ttfts');
  const count = ttfts?.length ?? 0;
  const [starts, itls, inputs, outputs, errors, latencies] = (
    ['start_times', 'itls', 'input_lens', 'output_lens', 'errors', 'latencies'] as const
  ).map((name) => list(path, json, name, count));
  const requests = (ttfts ?? []).map((ttft, index) =>
    recordOf(index, {
      ttft,
      start: starts?.[index],
      itl: itls?.[index],
      input: inputs?.[index],
      output: outputs?.[index],
      error: errors?.[index],
      latency: latencies?.[index],
    }),
  );
  const { duration, model_id: model } = json;
  return otherRun({
    path,
    tool: 'vLLM',
    says: ['vllm bench serve', model].filter((part) => typeof part === 'string').join(', '),
    requests,
    isTimeless: !starts,
    totalMs: typeof duration === 'number' ? duration * 1000 : undefined,
    ...(!isOurs(json) && { definitions: { latencyMs: LAST_CHUNK, tpotMs: LAST_CHUNK } }),
    told: {
      ...Object.assign(
        {},
        ...Object.entries(METRICS).map(([name, metric]) => told(json, name, metric)),
      ),
      ...number('rates.achievedPerSec', json['request_throughput']),
      ...number('rates.outputTokensPerSec', json['output_throughput']),
    },
  });
}

/** Our own export tells latencies, which end as ours do; vLLM's own has texts beside them, and no second name for them. */
function isOurs(json: Json): boolean {
  return 'latencies' in json && (!('generated_texts' in json) || 'e2els' in json);
}

interface OfRequest {
  readonly ttft: unknown;
  readonly start: unknown;
  readonly itl: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: unknown;
  readonly latency: unknown;
}

/** Seconds; zeros of a failed request are nothing that was measured. */
function recordOf(
  index: number,
  { ttft, start, itl, input, output, error, latency }: OfRequest,
): OtherRequest {
  const conversation = String(index);
  const sentMs = typeof start === 'number' ? start * 1000 : 0;
  if ((typeof error === 'string' && error !== '') || typeof ttft !== 'number') {
    return { conversation, record: { turn: 0, sentMs, status: 'http', chunks: 0 } };
  }
  const gaps = Array.isArray(itl) ? itl.filter((gap) => typeof gap === 'number') : undefined;
  const firstTokenMs = sentMs + ttft * 1000;
  const lastTokenMs = gaps && firstTokenMs + gaps.reduce((sum, gap) => sum + gap * 1000, 0);
  const endMs = typeof latency === 'number' ? sentMs + latency * 1000 : lastTokenMs;
  const record = {
    turn: 0,
    sentMs,
    status: 'ok',
    firstTokenMs,
    ...(gaps && { chunkGapsMs: gaps.map((gap) => gap * 1000), lastTokenMs: lastTokenMs! }),
    ...(endMs !== undefined && { endMs }),
    ...(typeof input === 'number' && { inputTokens: input }),
    ...(typeof output === 'number' && { outputTokens: output }),
    chunks: (gaps?.length ?? 0) + 1,
  } as const;
  return { conversation, record };
}

function list(path: string, json: Json, name: string, count?: number): unknown[] | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) {
    throw new UsageError(`${path}: ${name}: ${found(value)}; expected a list`);
  }
  if (count === undefined || value.length === count) return value;
  throw new UsageError(
    `${path}: ${name}: found ${value.length} values; expected ${count}, as ttfts has`,
  );
}

function told(json: Json, name: string, metric: (typeof METRICS)[keyof typeof METRICS]) {
  const of = (statistic: string) => json[`${statistic}_${name}_ms`];
  return toldOf(metric, {
    mean: of('mean'),
    p50: of('median'),
    p90: of('p90'),
    p95: of('p95'),
    p99: of('p99'),
  });
}

function number(name: string, value: unknown): Record<string, number> {
  return typeof value === 'number' ? { [name]: value } : {};
}
