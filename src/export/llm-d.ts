import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { Distribution } from '../stats/quantile.ts';
import { shortNumber } from './summary-json.ts';

/**
 * A benchmark report of llm-d-benchmark, schema v0.2, as YAML: the numbers of our report in milliseconds. Its
 * time_per_output_token is our TPOT, its inter_token_latency our ICL, as with vLLM's benchmark.
 */
export function llmdReport(run: Run, summary: RunSummary): string {
  const report = {
    version: '0.2',
    run: runOf(run, summary),
    scenario: scenarioPart(run, summary),
    results: {
      request_performance: { aggregate: aggregateOf(summary) },
      session_performance: { sessions: sessionsOf(summary) },
      ...observabilityOf(summary),
    },
  };
  // Through JSON, so that numbers are rounded and what is unknown is left out.
  return stringify(JSON.parse(JSON.stringify(report, shortNumber)));
}

/** The same run has the same id, wherever its report is made again. */
function runOf({ parts }: Run, { run, time }: RunSummary) {
  const startedAt = time.parts[0]?.startedAt;
  const endedAt = startedAt && new Date(Date.parse(startedAt) + spanMs(parts)).toISOString();
  return {
    uid: digest(parts.map(({ header }) => [header.originEpochMs, header.workloadDigest])),
    eid: run.workloadDigest,
    ...(run.host && { pid: run.host.name }),
    time: {
      ...(startedAt !== undefined && { start: startedAt, end: endedAt }),
      duration: `PT${(time.measuredMs / 1000).toFixed(3)}S`,
    },
    description: run.commandLine ?? run.name,
    keywords: ['confab', run.name],
  };
}

/** From the beginning of the first part to the end of the last. */
function spanMs(parts: Run['parts']): number {
  const [first] = parts;
  return Math.max(
    ...parts.map(({ header, footer, records }) => {
      const endMs = footer?.measureEndMs ?? records.at(-1)?.endMs ?? 0;
      return header.originEpochMs - first!.header.originEpochMs + endMs;
    }),
  );
}

const ENGINE = 'engine';

function scenarioPart(run: Run, summary: RunSummary) {
  const { run: identity, rates, time, distributions } = summary;
  const scenario = scenarioOf(run.parts[0]!);
  const written = run.parts[0]!.header.scenario;
  const { inputTokens, outputTokens } = distributions;
  const load = {
    metadata: { cfg_id: digest(written), description: identity.arrivals },
    standardized: {
      tool: 'confab',
      tool_version: identity.confab,
      parallelism: time.parts.filter(({ number }) => number === 0).length || 1,
      source: scenario?.conversation.source === 'synthetic' ? 'sampled' : 'unknown',
      input_seq_len: lengthOf(inputTokens),
      output_seq_len: lengthOf(outputTokens),
      multi_turn: { enabled: true, max_turns: lengthOf(summary.conversations.turnsDone) },
      rate_qps: rates.offeredPerSec || undefined,
      concurrency: summary.concurrency.peak || undefined,
    },
    native: { args: commandOf(summary), config: written },
  };
  return {
    stack: [
      {
        metadata: { label: ENGINE, cfg_id: digest([identity.engine, identity.model]) },
        standardized: {
          kind: 'generic',
          tool: toolOf(identity.notes),
          tool_version: 'unknown',
          endpoint: identity.engine,
          model: identity.model,
        },
        native: {},
      },
    ],
    // The schema wants to know how long prompts are.
    ...(inputTokens && { load }),
  };
}

/** What the engine said that it is, which the journal has among its notes. */
function toolOf(notes: readonly string[]): string {
  const target = notes.find((note) => note.startsWith('target: '));
  return target?.slice('target: '.length) ?? 'unknown';
}

function commandOf({ run }: RunSummary) {
  return run.commandLine === undefined ? undefined : { command: run.commandLine };
}

/** What was measured, as the schema has no words for the distributions that we draw from. */
function lengthOf(measured: Distribution | undefined) {
  if (!measured) return undefined;
  const { mean, min, max } = measured;
  if (min === max) return { distribution: 'fixed', value: mean };
  return { distribution: 'other', value: mean, min, max };
}

function aggregateOf({ counts, rates, distributions }: RunSummary) {
  const { inputTokensPerSec, outputTokensPerSec, achievedPerSec } = rates;
  return {
    requests: {
      total: counts.completed + counts.failed + counts.cancelled,
      failures: counts.failed,
      incomplete: counts.cancelled,
      input_length: statistics(distributions.inputTokens, 'count'),
      output_length: statistics(distributions.outputTokens, 'count'),
    },
    latency: {
      time_to_first_token: statistics(distributions.ttftMs, 'ms'),
      time_per_output_token: statistics(distributions.tpotMs, 'ms/token'),
      inter_token_latency: statistics(distributions.iclMs, 'ms/token'),
      request_latency: statistics(distributions.latencyMs, 'ms'),
    },
    throughput: {
      input_token_rate: rate(inputTokensPerSec, 'tokens/s'),
      output_token_rate: rate(outputTokensPerSec, 'tokens/s'),
      total_token_rate: rate(sum(inputTokensPerSec, outputTokensPerSec), 'tokens/s'),
      request_rate: rate(achievedPerSec, 'queries/s'),
    },
  };
}

function sessionsOf({ counts, conversations }: RunSummary) {
  return {
    total: conversations.seen,
    succeeded: conversations.finished,
    total_events: counts.planned,
    total_events_completed: counts.completed,
    total_events_cancelled: counts.cancelled,
  };
}

/** Only where the engine told how much of a prompt it had cached. */
function observabilityOf({ cache }: RunSummary) {
  if (cache.share === undefined) return {};
  const aggregate = { cache_hit_rate: { units: 'fraction', mean: cache.share } };
  return { observability: { components: [{ component_label: ENGINE, aggregate }] } };
}

function statistics(measured: Distribution | undefined, units: string) {
  if (!measured) return undefined;
  const { mean, std, min, p25, p50, p75, p90, p95, p99, p999, max } = measured;
  return { units, mean, stddev: std, min, p25, p50, p75, p90, p95, p99, p99p9: p999, max };
}

function rate(mean: number | undefined, units: string) {
  return mean === undefined ? undefined : { units, mean };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}
