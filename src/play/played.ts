import type { RunFooter } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { CompanionResults } from './companion.ts';

/** What came of a scenario that was played. Nothing of it has been printed. */
export interface Played {
  /** The run folder. */
  readonly dir: string;
  /** What is journalled there, all parts of a resumed run. */
  readonly run: Run;
  readonly summary: RunSummary;
  /** Everything that was written, to be named in the report. */
  readonly files: readonly string[];
  /** What the companion has to say beside the report. */
  readonly texts: Pick<CompanionResults, 'before' | 'after'>;
  /** Results that could not be kept, one line each. */
  readonly problems: readonly string[];
  /** Thresholds of the scenario that the run did not keep, one line each. */
  readonly exceeded: readonly string[];
  /** Why no more was sent; undefined if the last part did not end in order. */
  readonly stoppedBy: RunFooter['stoppedBy'] | undefined;
  /** A promise of the journal that it does not keep, in one line: our bug. */
  readonly defect: string | undefined;
  readonly outcome: Outcome;
}

/** How a run came out, in the order in which one outranks the next. */
export type Outcome = 'defect' | 'interrupted' | 'unreachable' | 'failed' | 'ok';

/** An interrupt outranks a failed threshold, which says little about a part of a run. */
export function outcomeOf(played: Omit<Played, 'outcome'>): Outcome {
  const { summary, defect, stoppedBy, exceeded, problems } = played;
  if (defect !== undefined) return 'defect';
  if (stoppedBy === 'interrupt') return 'interrupted';
  if (stoppedBy === 'unreachable' || isUnreachable(summary)) return 'unreachable';
  const isInVain = summary.counts.completed === 0;
  return isInVain || exceeded.length + problems.length > 0 ? 'failed' : 'ok';
}

function isUnreachable({ counts }: RunSummary): boolean {
  const { completed, failed, failedByKind } = counts;
  return completed === 0 && failed > 0 && failed === failedByKind.connect;
}
