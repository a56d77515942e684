import type { Run } from '../record/run-folder.ts';
import { runSection } from './head.ts';
import { measure, percent } from './number.ts';
import { overviewSections } from './overview.ts';
import { perRequestLegend, perRequestTable } from './per-request.ts';
import { roundsTable } from './rounds.ts';
import { type RunSummary, summarise } from './run-summary.ts';
import { section } from './section.ts';
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
    section('Per request', `${perRequestTable(summary)}\n\n${perRequestLegend(summary)}`),
    section('Per round', `${roundsTable(summary.roundGroups)}\n\n${PER_ROUND_LEGEND}`),
    ...listSection('Files', files),
  ].join('\n\n');
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
