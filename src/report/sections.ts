import { deliverySections } from './delivery.ts';
import { evictionSections } from './evictions.ts';
import { failureSections } from './failures.ts';
import { runSection } from './head.ts';
import { noServerSections } from './no-server.ts';
import { overviewSections } from './overview.ts';
import { certaintySections, perRequestSection } from './per-request.ts';
import { roundsSection } from './rounds.ts';
import type { RunSummary } from './run-summary.ts';
import { listSections, type Section } from './section.ts';
import { serverSections } from './server/sections.ts';
import { steadySection } from './steady-section.ts';
import { verdictSections } from './verdict.ts';

export interface ReportOptions {
  /** Written by the run, named at the end of the report. */
  readonly files?: readonly string[];
}

/** The report of a run as data: whether to trust it, what was run, what happened, where it is. */
export function reportSections(summary: RunSummary, { files = [] }: ReportOptions = {}): Section[] {
  const { client, run, distributions, warnings, roundGroups } = summary;
  return [
    ...noServerSections(run),
    ...failureSections(summary),
    ...verdictSections(client, run.clock, distributions.latenessMs),
    ...deliverySections(summary.delivery),
    ...listSections('Warnings', warnings, { isWarning: true }),
    runSection(summary),
    ...overviewSections(summary),
    ...serverSections(summary),
    ...evictionSections(summary),
    perRequestSection(summary),
    ...certaintySections(summary),
    steadySection(summary),
    roundsSection(roundGroups),
    ...listSections('Files', files),
  ];
}
