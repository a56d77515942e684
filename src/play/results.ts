import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../base/errors.ts';
import { EXPORTS, type Exportable } from '../export/exports.ts';
import type { RunPart } from '../record/journal-reader.ts';
import { readRun } from '../record/run-folder.ts';
import { summarise } from '../report/run-summary.ts';
import { exceeded } from '../report/thresholds.ts';
import type { RunAccount } from '../run/run.ts';
import type { ExportSetting } from '../scenario/output.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Companion } from './companion.ts';
import { outcomeOf, type Played } from './played.ts';

export interface ResultOptions {
  readonly journalError?: string | undefined;
  readonly rescued?: RunPart | undefined;
  /** Of the part that was just played. */
  readonly account?: RunAccount | undefined;
  /** What went wrong while it was played, one line each. */
  readonly problems?: readonly string[] | undefined;
  readonly companion?: Companion | undefined;
  /** Written beside the run. */
  readonly metricsFile?: string | undefined;
}

/** In the run folder, whatever else is asked for. */
const SUMMARY: ExportSetting = { format: 'json' };

/** Reads a run folder, writes its other files, and says what came of the run. */
export async function resultsOf(
  dir: string,
  scenario: Scenario,
  { journalError, rescued, account, companion, metricsFile, ...played }: ResultOptions = {},
): Promise<Played> {
  const run = readRun(dir, rescued);
  const summary = summarise(run, scenario.thresholds);
  const problems = [
    ...(played.problems ?? []),
    ...(journalError ? [`the journal could not be written in full: ${journalError}`] : []),
  ];
  // Its folder may be gone.
  const files = run.parts
    .map((_, part) => join(dir, part ? `journal-${part + 1}.ndjson` : 'journal.ndjson'))
    .filter((file) => existsSync(file));
  const attempt = async <T>(act: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      problems.push(errorText(error));
      return undefined;
    }
  };
  const { csvColumns, textOf } = companion ?? {};
  const exportable: Exportable = { run, summary, csvColumns, textOf };
  for (const setting of [SUMMARY, ...scenario.output.exports]) {
    const { file, write } = EXPORTS[setting.format];
    const path = setting.file ?? join(dir, file);
    await attempt(async () => {
      await write(exportable, path);
      if (!files.includes(path)) files.push(path);
    });
  }
  if (metricsFile !== undefined && existsSync(metricsFile)) files.push(metricsFile);
  const { files: own = [], ...texts } = (await attempt(() => companion?.finish?.(run, dir))) ?? {};
  files.push(...own);
  const result = {
    dir,
    run,
    summary,
    files,
    texts,
    problems,
    exceeded: exceeded(summary.thresholds),
    stoppedBy: summary.time.parts.at(-1)?.stoppedBy,
    defect: account?.defect ?? (journalError ? undefined : missingInJournal(run, account)),
  };
  return { ...result, outcome: outcomeOf(result) };
}

/** The run has made a record of every planned request; the journal has each. */
function missingInJournal({ parts }: Played['run'], account: RunAccount | undefined) {
  const { records, leftOut = 0 } = parts.at(-1)!;
  const journalled = records.length + leftOut;
  if (!account || account.planned === journalled) return undefined;
  return `${account.planned} requests were planned and recorded, and ${journalled} are in the journal`;
}
