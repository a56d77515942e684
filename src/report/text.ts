import type { Run } from '../record/run-folder.ts';
import type { DistributionName } from '../stats/distributions.ts';
import { evictionSections } from './evictions.ts';
import { runSection } from './head.ts';
import { measure, percent } from './number.ts';
import { overviewSections } from './overview.ts';
import { roundsTable } from './rounds.ts';
import { type RunSummary, summarise } from './run-summary.ts';
import { section } from './section.ts';
import { distributionTable } from './table.ts';
import { CLIENT_LIMITS, type ClientVerdict } from './verdict.ts';

export interface ReportOptions {
  /** Written by the run, named at the end of the report. */
  readonly files?: readonly string[];
}

/** The report of a run as text, for a live run and a re-made report alike. */
export function renderReport(run: Run, options: ReportOptions = {}): string {
  return reportText(summarise(run), options);
}

/** The report as text without colours: whether to trust it, what was run, what happened, where it is. */
export function reportText(summary: RunSummary, { files = [] }: ReportOptions = {}): string {
  return [
    verdictText(summary.client, summary.run.clock),
    ...latenessText(summary),
    ...listSection('Warnings', summary.warnings),
    runSection(summary),
    ...overviewSections(summary),
    ...evictionSections(summary),
    section('Per request', `${perRequestTable(summary)}\n\n${perRequestLegend(summary)}`),
    section('Per round', `${roundsTable(summary.roundGroups)}\n\n${PER_ROUND_LEGEND}`),
    ...listSection('Files', files),
  ].join('\n\n');
}

const PER_REQUEST_LEGEND = `  Of completed requests only: failures are counted above. Lateness and generator delay: of all that
  were sent. A '-' is unknown.
  Times count from sent, or from intended: when the turn was due, which is what a user would wait.
  TTFT: to the first token, reasoning included. TTFO: to the first that is not reasoning.
  TPOT: (latency - TTFT) / (output tokens - 1). ITL: (last - first chunk) / (output tokens - 1).
  ICL: gaps between chunks, pooled. Lateness: sent - intended. Generator delay: this client's part of it.
  Percentiles are exact, interpolated linearly; std is the sample's.`;

const ENGINE_LEGEND = `  Engine queue: until the engine scheduled the request. Engine prefill: from there to its first token.
  Both as the engine says, by its own clock: the rest of the TTFT is this client, the network and the API.`;

function perRequestLegend({ distributions }: RunSummary): string {
  const isTold = distributions.engineQueueMs ?? distributions.enginePrefillMs;
  return isTold ? `${PER_REQUEST_LEGEND}\n${ENGINE_LEGEND}` : PER_REQUEST_LEGEND;
}

const PER_ROUND_LEGEND = `  Tokens are means. Cached: as the engine reported, of the requests where it did.
  Ideal: what a prefix cache that never forgets would have held.`;

function verdictText(client: ClientVerdict, clock: 'system' | 'virtual'): string {
  if (client.isBottleneck) {
    return [
      "WARNING: the client was a bottleneck: the latencies below are not the engine's alone.",
      ...client.problems.map((problem) => `  ${problem}`),
      '  Take more workers or machines, or a lower rate, and run it again.',
    ].join('\n');
  }
  if (clock === 'virtual') return 'The client kept up: time was simulated, and waits for it.';
  const figures = healthFigures(client);
  return figures.length
    ? `The client kept up: ${figures.join(', ')}.`
    : 'Whether the client kept up is unknown: the run did not end in order, or sent nothing.';
}

function healthFigures({ delayP99Ms, health }: ClientVerdict): string[] {
  const limits = CLIENT_LIMITS;
  const figures: string[] = [];
  if (delayP99Ms !== undefined) {
    figures.push(`own delay p99 ${measure(delayP99Ms)} ms (limit ${limits.delayP99Ms})`);
  }
  if (health) {
    const delay = `event-loop delay p99 ${measure(health.eventLoopDelayP99Ms)} ms`;
    const busy = `busy ${percent(health.eventLoopUtilization)}`;
    figures.push(`${delay} (limit ${limits.eventLoopDelayP99Ms})`);
    figures.push(`${busy} (limit ${100 * limits.eventLoopUtilization} %)`);
  } else if (figures.length) figures.push('event loop unknown');
  return figures;
}

/** Turns that were late although the client was not: said, as only latency from intended shows it. */
function latenessText({ client, distributions }: RunSummary): string[] {
  const p99Ms = distributions.latenessMs?.p99;
  if (client.isBottleneck || p99Ms === undefined || p99Ms <= CLIENT_LIMITS.delayP99Ms) return [];
  return [
    `Turns were sent late (p99 ${measure(p99Ms)} ms) for other reasons: caps, late previous answers, new\n` +
      'connections, retries. Only latency from intended counts that wait.',
  ];
}

function listSection(title: string, lines: readonly string[]): string[] {
  return lines.length ? [section(title, lines.map((line) => `  ${line}`).join('\n'))] : [];
}

const ROWS: readonly (readonly [name: DistributionName, label: string, isCount?: boolean])[] = [
  ['ttftMs', 'TTFT ms'],
  ['ttftFromIntendedMs', 'TTFT from intended ms'],
  ['engineQueueMs', 'engine queue ms'],
  ['enginePrefillMs', 'engine prefill ms'],
  ['ttfoMs', 'TTFO ms'],
  ['tpotMs', 'TPOT ms'],
  ['itlMs', 'ITL ms'],
  ['iclMs', 'ICL ms'],
  ['latencyMs', 'latency ms'],
  ['latencyFromIntendedMs', 'latency from intended ms'],
  ['latenessMs', 'lateness ms'],
  ['generatorDelayMs', 'generator delay ms'],
  ['inputTokens', 'input tokens', true],
  ['cachedTokens', 'cached tokens', true],
  ['outputTokens', 'output tokens', true],
];

/** What only some engines tell. */
const TOLD: ReadonlySet<DistributionName> = new Set(['engineQueueMs', 'enginePrefillMs']);

function perRequestTable({ distributions, conversations, hasReasoning }: RunSummary): string {
  const shown = ROWS.filter(([name]) => {
    if (name === 'ttfoMs') return hasReasoning;
    return !TOLD.has(name) || distributions[name] !== undefined;
  });
  return distributionTable([
    ...shown.map(([name, label, isCount = false]) => ({
      label,
      values: distributions[name],
      isCount,
    })),
    { label: 'turns per conversation', values: conversations.turnsDone, isCount: true },
  ]);
}
