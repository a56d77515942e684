import { writeWhole } from '../base/write-whole.ts';
import { processOf } from '../population/processes.ts';
import { isFailure } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { inBatches } from './csv-text.ts';
import { GUIDELLM_STATUSES, guidellmMetrics, totals } from './guidellm-metrics.ts';
import { clockMs, type PlannedRequest, plannedRequests, requestId } from './requests.ts';
import { shortNumber } from './summary-json.ts';

/** What GuideLLM writes for a number that it does not know. */
const UNKNOWN = -1;

/**
 * Writes a report of GuideLLM 0.8 (schema version 2) with one benchmark, for `guidellm export` and whoever reads its
 * JSON. Its numbers are the report's; of single requests it has times and tokens, which GuideLLM computes its own from.
 * @throws Error of the system if the file cannot be written.
 */
export function writeGuidellm(path: string, run: Run, summary: RunSummary): void {
  writeWhole(path, pieces(run, summary));
}

/** The requests come last, piece by piece: they can be many. */
function* pieces(run: Run, summary: RunSummary): Generator<string> {
  const measured = plannedRequests(run).filter(({ record }) => record.phase === 'measure');
  const strategy = strategyOf(run, summary);
  const report = {
    metadata: {
      version: 2,
      guidellm_version: `confab ${summary.run.confab}`,
      python_version: 'none',
      platform: summary.run.host?.os ?? 'unknown',
    },
    config: scenarioOfGuidellm(summary, strategy),
    conclusions: [],
  };
  const benchmark = {
    type_: 'generative_benchmark',
    config: configOf(run, summary, strategy),
    scheduler_state: { num_processes: 1, start_time: startSec(measured) },
    scheduler_metrics: schedulerMetrics(measured, summary, strategy.type_),
    metrics: guidellmMetrics(measured, summary),
    warnings: [],
  };
  yield `${JSON.stringify(report).slice(0, -1)},"benchmarks":[`;
  yield `${JSON.stringify(benchmark, shortNumber).slice(0, -1)},"requests":{`;
  for (const [status, isOne] of Object.entries(GUIDELLM_STATUSES)) {
    yield `"${status}":[`;
    let comma = '';
    for (const batch of inBatches(measured.filter(({ record }) => isOne(record)))) {
      yield comma + batch.map((request) => JSON.stringify(statsOf(request))).join(',\n');
      comma = ',\n';
    }
    yield '],';
  }
  yield '"total":null}}]}\n';
}

type Strategy = { readonly type_: string } & Readonly<Record<string, string | number>>;

/** The one of GuideLLM's that is nearest. */
function strategyOf(run: Run, { rates, run: { loop } }: RunSummary): Strategy {
  const arrivals = scenarioOf(run.parts[0]!)?.population.arrivals;
  const process = arrivals && processOf(arrivals);
  if (process?.loop === 'closed') return { type_: 'concurrent', streams: process.slots };
  const rate = rates.offeredPerSec;
  if (loop !== 'open' || !rate) return { type_: 'throughput' };
  return { type_: process?.gapCv === 1 ? 'poisson' : 'constant', rate };
}

/** What GuideLLM would have been called with. */
function scenarioOfGuidellm({ run }: RunSummary, { type_, ...settings }: Strategy) {
  const profile = {
    concurrent: { kind: 'concurrent', streams: [settings['streams']] },
    constant: { kind: 'constant', rate: [settings['rate']] },
    poisson: { kind: 'poisson', rate: [settings['rate']] },
  }[type_] ?? { kind: 'throughput', max_concurrency: null };
  return {
    metadata: { labels: { tool: 'confab', run: run.name, workload: run.workloadDigest } },
    spec: {
      backend: { kind: 'openai_http', target: run.engine ?? 'unknown', model: run.model ?? null },
      profile,
      data: [{ kind: 'in_memory_dict_list', data: [] }],
    },
  };
}

function configOf({ parts }: Run, { run }: RunSummary, strategy: Strategy) {
  return {
    run_id: run.workloadDigest,
    id_: idOf(parts),
    run_index: 0,
    strategy,
    constraints: {},
    profile: { type_: strategy.type_ },
    requests: { workload: run.workloadDigest },
    backend: { target: run.engine, model: run.model, api: run.api, stream: run.isStreamed },
    environment: { ...run.host, commandLine: run.commandLine, confab: run.confab },
  };
}

function idOf(parts: Run['parts']): string {
  return `${parts[0]!.header.workloadDigest}-${parts.map(({ header }) => header.originEpochMs).join('-')}`;
}

/** When the first request was due, Unix time. */
function startSec(requests: readonly PlannedRequest[]): number {
  const [first] = requests;
  const ms = first?.record.intendedMs ?? first?.record.sentMs;
  return first && ms !== undefined ? clockMs(first, ms) / 1000 : 0;
}

function schedulerMetrics(
  requests: readonly PlannedRequest[],
  { time, distributions, counts }: RunSummary,
  type: string,
) {
  const { latenessMs, latencyMs } = distributions;
  const start = startSec(requests);
  const end = start + time.measuredMs / 1000;
  return {
    start_time: start,
    request_start_time: start,
    measure_start_time: start,
    measure_end_time: end,
    request_end_time: end,
    end_time: end,
    requests_made: totals(requests),
    queued_time_avg: UNKNOWN,
    resolve_start_delay_avg: UNKNOWN,
    resolve_targeted_start_delay_avg: UNKNOWN,
    request_start_delay_avg: UNKNOWN,
    request_targeted_start_delay_avg: latenessMs ? latenessMs.mean / 1000 : UNKNOWN,
    request_time_avg: latencyMs ? latencyMs.mean / 1000 : UNKNOWN,
    resolve_end_delay_avg: UNKNOWN,
    resolve_time_avg: UNKNOWN,
    finalized_delay_avg: UNKNOWN,
    processed_delay_avg: UNKNOWN,
    dataset_incomplete: counts.unsent > 0,
    strategy_type: type,
  };
}

/** One request; of an errored one no more is told than when it ended. */
function statsOf(request: PlannedRequest) {
  const { record } = request;
  const id = requestId(request);
  const at = (ms: number | undefined) => (ms === undefined ? null : clockMs(request, ms) / 1000);
  const sent = at(record.sentMs ?? record.readyMs ?? record.intendedMs);
  const end = at(record.endMs);
  return {
    type_: 'generative_request_stats',
    request_id: id,
    response_id: record.responseId ?? null,
    info: {
      request_id: id,
      conversation_id: String(record.userId),
      turn_index: record.turn,
      preceding_nodes: record.turn,
      ...(record.agent && { agent_id: String(record.agent.id) }),
      status:
        record.status === 'ok' ? 'completed' : isFailure(record.status) ? 'errored' : 'cancelled',
      timings: {
        targeted_start: at(record.intendedMs),
        resolve_start: sent,
        request_start: sent,
        first_request_iteration: at(record.firstTokenMs),
        first_token_iteration: at(record.firstTokenMs),
        first_output_token_iteration: at(record.firstOutputMs),
        last_token_iteration: at(record.lastTokenMs),
        last_request_iteration: at(record.lastTokenMs),
        request_iterations: record.chunks,
        token_iterations: record.chunks,
        request_end: end,
        resolve_end: end,
      },
      error:
        record.status === 'ok' ? null : [record.status, record.reason].filter(Boolean).join(': '),
    },
    input_metrics: {
      text_tokens: record.inputTokens ?? null,
      cached_tokens: record.cachedTokens ?? null,
    },
    output_metrics: { text_tokens: record.outputTokens ?? null },
  };
}
