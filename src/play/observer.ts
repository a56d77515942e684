import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../run/run.ts';
import type { IntervalSummary } from '../stats/interval.ts';

/**
 * Told what happens while a run goes on. What is left out is not told, and nothing here changes what is
 * measured, but through the run that `started` gives: it can be asked how far it is, and stopped.
 */
export interface Observer {
  /** How long it will take, as far as that can be known, in one line: before anything is sent. */
  expected?(line: string): void;
  /** The run is under way. Not called for one that was over at once. */
  started?(run: Run): void;
  /** Every record, as it is journalled. */
  recorded?(record: TurnRecord): void;
  /** The measured requests of the last `output.logIntervalSec`. */
  interval?(summary: IntervalSummary): void;
  /** A page of metrics, whenever one is read, also before the run; `source`: its URL, where it is not the target's own. */
  scraped?(page: string, source?: string): void;
  /** A user's turn was due `lagMs` ago, when the answer to the one before had ended. */
  lagging?(userId: number, lagMs: number): void;
  /** What had better be known before the run is over, in one line. */
  notice?(line: string): void;
  /** The run is over: called once, also if it broke off. Timers that are left keep simulated time going. */
  ended?(): void;
}
