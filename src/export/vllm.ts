import { writeWhole } from '../base/write-whole.ts';
import { processOf } from '../population/processes.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { METRICS, type RequestMetricName } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { inBatches } from './csv-text.ts';
import { endedRequests, type PlannedRequest } from './requests.ts';
import { shortNumber } from './summary-json.ts';

/** vLLM's names of our metrics: its ITL are the gaps between chunks, pooled. */
export const METRICS_OF_VLLM = {
  ttft: 'ttftMs',
  tpot: 'tpotMs',
  itl: 'iclMs',
  e2el: 'latencyMs',
} as const satisfies Record<string, RequestMetricName>;

export type VllmMetric = keyof typeof METRICS_OF_VLLM;

/** What whoever started the run knows of it, or wants of the file. */
export interface VllmTold {
  /** Fields that come first, in this order, in place of ours of that name or beside them. */
  readonly head?: Readonly<Record<string, unknown>>;
  /** Statistics in the file; default: all that the report has. */
  readonly statistics?: Readonly<Record<string, number>>;
  /** Texts of answers, where they were kept; with them latencies have the older name e2els, too. */
  readonly textOf?: (record: TurnRecord) => string | undefined;
}

/**
 * Writes what `vllm bench serve --save-result --save-detailed` of vLLM 0.33 does: its field names, its units, the
 * report's numbers. The arrays have completed and failed requests in the order in which they were due. As vLLM's own
 * do, they have zeros for a failed one, whose error is told; what is unknown of a completed one is null.
 * @throws Error of the system if the file cannot be written.
 */
export function writeVllm(path: string, run: Run, summary: RunSummary, told: VllmTold = {}): void {
  writeWhole(path, pieces(run, summary, told));
}

function* pieces(run: Run, summary: RunSummary, told: VllmTold): Generator<string> {
  const requests = endedRequests(run);
  const head = {
    ...told.head,
    ...without(headOf(run, summary), told.head),
    ...totalsOf(summary, requests),
    ...(told.statistics ?? reportedStatistics(summary)),
  };
  yield JSON.stringify(head, shortNumber).slice(0, -1);
  const isQueueTold = requests.some(({ record }) => record.engineQueueMs !== undefined);
  for (const [name, of] of Object.entries(arraysOf(isQueueTold, told))) {
    yield `, ${JSON.stringify(name)}: [`;
    let comma = '';
    for (const batch of inBatches(requests)) {
      yield comma + batch.map((request) => JSON.stringify(of(request) ?? null)).join(', ');
      comma = ', ';
    }
    yield ']';
  }
  yield '}\n';
}

function headOf(run: Run, { run: { model, api, name, loop }, rates, time, counts }: RunSummary) {
  const scenario = scenarioOf(run.parts[0]!);
  const backend = api === 'completions' ? 'openai' : 'openai-chat';
  // The shape of gamma gaps, as vLLM draws them: 1 is Poisson.
  const gapCv = scenario && processOf(scenario.population.arrivals).gapCv;
  return {
    ...dateOf(time.parts[0]?.startedAt),
    endpoint_type: backend,
    backend,
    label: name,
    model_id: model,
    tokenizer_id: scenario?.conversation.tokenizer,
    num_prompts: counts.planned,
    // What came, as what was asked for is told in conversations.
    request_rate: loop === 'open' ? rates.offeredPerSec : 'inf',
    ...(gapCv && { burstiness: 1 / gapCv ** 2 }),
    max_concurrency: scenario?.population.maxInFlight ?? null,
  };
}

/** As `%Y%m%d-%H%M%S`, UTC. */
function dateOf(startedAt: string | undefined): { date?: string } {
  const [, date, time] = /^([\d-]+)T([\d:]+)/.exec(startedAt ?? '') ?? [];
  return date && time ? { date: `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}` } : {};
}

function totalsOf(
  { counts, rates, time, concurrency, goodput }: RunSummary,
  requests: readonly PlannedRequest[],
) {
  const { inputTokensPerSec, outputTokensPerSec } = rates;
  return {
    duration: time.measuredMs / 1000,
    completed: counts.completed,
    failed: counts.failed,
    total_input_tokens: tokensOf(requests, 'inputTokens'),
    total_output_tokens: tokensOf(requests, 'outputTokens'),
    request_throughput: rates.achievedPerSec,
    request_goodput: goodput?.perSec ?? null,
    output_throughput: outputTokensPerSec,
    total_token_throughput:
      inputTokensPerSec === undefined || outputTokensPerSec === undefined
        ? undefined
        : inputTokensPerSec + outputTokensPerSec,
    max_concurrent_requests: concurrency.peak,
  };
}

function reportedStatistics({ distributions }: RunSummary): Record<string, number> {
  const each = Object.entries(METRICS_OF_VLLM);
  return Object.assign(
    {},
    ...each.map(([name, metric]) => statisticsOf(name, distributions[metric])),
  );
}

function without(fields: object, others: object = {}): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in others)));
}

/** Of completed requests; undefined if the engine counted none of them. */
function tokensOf(
  requests: readonly PlannedRequest[],
  name: 'inputTokens' | 'outputTokens',
): number | undefined {
  return requests
    .filter(({ record }) => record.status === 'ok')
    .map(({ record }) => record[name])
    .reduce((sum, tokens) => (tokens === undefined ? sum : (sum ?? 0) + tokens), undefined);
}

/** `mean_ttft_ms`, `median_ttft_ms`, `std_ttft_ms`, `p99_ttft_ms`, `p99.9_ttft_ms`; none if nothing was measured. */
function statisticsOf(name: string, measured: Distribution | undefined): Record<string, number> {
  if (!measured) return {};
  const percentiles = (Object.keys(STATISTICS) as StatisticName[]).filter((one) =>
    /^p\d/.test(one),
  );
  const values: [string, number | undefined][] = [
    ['mean', measured.mean],
    ['median', measured.p50],
    ['std', measured.std],
    ...percentiles.map((one): [string, number | undefined] => [
      `p${100 * (STATISTICS[one] as { share: number }).share}`,
      measured[one],
    ]),
  ];
  return Object.fromEntries(
    values.flatMap(([statistic, value]) =>
      value === undefined ? [] : [[`${statistic}_${name}_ms`, value]],
    ),
  );
}

type OfRequest = (request: PlannedRequest) => unknown;

/** Times in seconds. */
function arraysOf(isQueueTold: boolean, { textOf }: VllmTold): Record<string, OfRequest> {
  const latencySec = ofCompleted((record) => seconds(METRICS.latencyMs.of(record)));
  return {
    input_lens: ofCompleted(({ inputTokens }) => inputTokens),
    output_lens: ofCompleted(({ outputTokens }) => outputTokens),
    ttfts: ofCompleted((record) => seconds(METRICS.ttftMs.of(record))),
    itls: ({ record }) =>
      record.status === 'ok' ? record.chunkGapsMs?.map((ms) => seconds(ms)) : [],
    latencies: latencySec,
    ...(textOf && { e2els: latencySec }),
    start_times: ({ record, offsetMs }) =>
      record.sentMs === undefined ? undefined : seconds(record.sentMs + offsetMs),
    ...(textOf && { generated_texts: ({ record }: PlannedRequest) => textOf(record) ?? '' }),
    errors: ({ record }) =>
      record.status === 'ok' ? '' : [record.status, record.reason].filter(Boolean).join(': '),
    ...(isQueueTold && {
      server_queue_times: ({ record }: PlannedRequest) => seconds(record.engineQueueMs),
    }),
  };
}

function ofCompleted(of: (record: TurnRecord) => number | undefined): OfRequest {
  return ({ record }) => (record.status === 'ok' ? of(record) : 0);
}

/** With a nanosecond left. */
function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Number((ms / 1000).toFixed(9));
}
