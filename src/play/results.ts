import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, errorText } from '../base/errors.ts';
import { writeMultiRoundQaCsv } from '../export/csv.ts';
import { summaryJson } from '../export/summary-json.ts';
import { readRun } from '../record/run-folder.ts';
import { type RunSummary, summarise } from '../report/run-summary.ts';
import { reportText } from '../report/text.ts';
import { exceeded } from '../report/thresholds.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Dialect } from './companion.ts';

export interface ResultOptions {
  readonly journalError?: string;
  readonly dialect?: Dialect;
  /** Written beside the run. */
  readonly metricsFile?: string | undefined;
  /** Writes all and prints nothing. */
  readonly isQuiet?: boolean;
}

/** Prints the report of a run folder, writes its other files, and says with which code to exit. */
export async function reportRun(
  dir: string,
  scenario: Scenario,
  { journalError, dialect, metricsFile, isQuiet }: ResultOptions,
): Promise<number> {
  const run = readRun(dir);
  const summary = summarise(run);
  const problems = journalError
    ? [`the journal could not be written in full: ${journalError}`]
    : [];
  const files = run.parts.map((_, part) =>
    join(dir, part ? `journal-${part + 1}.ndjson` : 'journal.ndjson'),
  );
  const attempt = async <T>(act: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      problems.push(errorText(error));
      return undefined;
    }
  };
  const json = join(dir, 'summary.json');
  await attempt(() => {
    writeFileSync(json, summaryJson(summary));
    files.push(json);
  });
  const { csv } = scenario.output;
  await attempt(() => {
    if (csv === undefined) return;
    writeMultiRoundQaCsv(csv, run);
    files.push(csv);
  });
  if (metricsFile !== undefined) files.push(metricsFile);
  const own = await attempt(() => dialect?.finish?.(run, dir));
  files.push(...(own?.files ?? []));
  if (!isQuiet) {
    const report = reportText(summary, { files });
    const texts = [own?.before, report, own?.after].filter((text) => text !== undefined);
    process.stdout.write(`${texts.join('\n\n')}\n`);
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
