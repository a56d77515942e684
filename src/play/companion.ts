import type { TextOf } from '../export/aibrix.ts';
import type { CsvColumn } from '../export/csv.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import type { IntervalSummary } from '../stats/interval.ts';
import type { Said } from '../user/world.ts';

/** What another tool's command line adds to a run beside its scenario: what is counted, told and written. */
export interface Companion {
  /** An interval summary in the tool's words. */
  intervalText?(interval: IntervalSummary, originEpochMs: number): string;
  /** That a user's turn was due before the answer to the last one had ended. */
  lagText?(userId: number, lagMs: number): string;
  /** Every record as it is made; `said` has to be called at once. */
  record?(record: TurnRecord, said: (() => Said) | undefined): void;
  /** All tokens are counted here, of texts without a chat template, whatever the server says. */
  readonly isCountingItself?: boolean;
  /** Come last in every CSV that the run exports. */
  readonly csvColumns?: readonly CsvColumn[];
  /** What it has kept of a request's texts, for exports that have them. */
  readonly textOf?: TextOf;
  /** Writes the tool's own files when all is journalled in the run folder `dir`. */
  finish?(run: Run, dir: string): CompanionResults | Promise<CompanionResults>;
}

export interface CompanionResults {
  /** To be printed before our report, and after it. */
  readonly before?: string;
  readonly after?: string;
  /** Written, to be named in the report. */
  readonly files?: readonly string[];
}
