import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, errorText } from '../base/errors.ts';
import { writeMultiRoundQaCsv } from '../dialects/multi-round-qa-csv.ts';
import { multiRoundQaText, runNumbers } from '../dialects/multi-round-qa-summary.ts';
import { readRun } from '../record/run-folder.ts';
import { type RunSummary, summarise } from '../report/run-summary.ts';
import { summaryJson } from '../report/summary-json.ts';
import { reportText } from '../report/text.ts';
import type { Scenario } from '../scenario/schema.ts';
import { exceeded } from './thresholds.ts';

export interface ResultOptions {
  readonly journalError?: string;
  /** Also print the summary of multi-round-qa.py. */
  readonly configuredQps?: number;
}

/** Prints the report of a run folder, writes its other files, and says with which code to exit. */
export function reportRun(dir: string, scenario: Scenario, options: ResultOptions): number {
  const run = readRun(dir);
  const summary = summarise(run);
  const problems = options.journalError
    ? [`the journal could not be written in full: ${options.journalError}`]
    : [];
  const files = run.parts.map((_, part) =>
    join(dir, part ? `journal-${part + 1}.ndjson` : 'journal.ndjson'),
  );
  const write = (path: string, make: () => void): void => {
    try {
      make();
      files.push(path);
    } catch (error) {
      problems.push(errorText(error));
    }
  };
  const json = join(dir, 'summary.json');
  write(json, () => writeFileSync(json, summaryJson(summary)));
  const { csv } = scenario.output;
  if (csv !== undefined) write(csv, () => void writeMultiRoundQaCsv(csv, run));
  process.stdout.write(`${reportText(summary, { files })}\n`);
  if (options.configuredQps !== undefined) {
    process.stdout.write(`\n${multiRoundQaText(runNumbers(run, options.configuredQps))}\n`);
  }
  const limits = exceeded(scenario.thresholds, summary);
  for (const limit of limits) process.stderr.write(`threshold exceeded: ${limit}\n`);
  for (const problem of problems) process.stderr.write(`error: ${problem}\n`);
  return exitCode(summary, limits.length + problems.length > 0);
}

/** Interrupted outranks a failed threshold, which says little about a part of a run. */
function exitCode({ counts, time }: RunSummary, hasFailed: boolean): number {
  if (time.parts.at(-1)?.stoppedBy === 'interrupt') return EXIT.interrupted;
  if (
    counts.completed === 0 &&
    counts.failed > 0 &&
    counts.failed === counts.failedByKind.connect
  ) {
    return EXIT.engineUnreachable;
  }
  return hasFailed ? EXIT.thresholdFailed : EXIT.ok;
}
