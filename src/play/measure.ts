import { type Clock, VirtualClock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import { watchHealth } from '../base/health.ts';
import { openJournal } from '../record/journal.ts';
import type { RunFooter, RunHeader } from '../record/record.ts';
import { type EarlierParts, type Run, type RunEnd, type RunOptions, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import type { Workload } from '../workload/conversation.ts';
import type { Dialect } from './companion.ts';
import { onInterrupt } from './interrupts.ts';
import { type Progress, startProgress } from './progress.ts';
import { recounting } from './recount.ts';

/** A run that is ready to start. */
export interface Measurement {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly workload: Workload;
  readonly transport: Transport;
  readonly before: EarlierParts | undefined;
  /** Where the journal goes, and its first line. */
  readonly path: string;
  readonly header: RunHeader;
  readonly dialect: Dialect | undefined;
  readonly isVerbose: boolean | undefined;
  readonly isQuiet: boolean | undefined;
  readonly player: RunOptions['player'];
}

/**
 * Runs to the end, or to the second interrupt. Whatever happens, the journal has all that was measured;
 * returns why it could not be written in full, if so.
 */
export async function measure(measurement: Measurement): Promise<string | undefined> {
  const { scenario, clock, path, header, dialect } = measurement;
  const health = clock.name === 'system' ? watchHealth() : undefined;
  let run: Run | undefined;
  let journalError: string | undefined;
  const journal = openJournal(path, header, clock, (error) => {
    journalError = errorText(error);
    process.stderr.write(`error: the journal cannot be written: ${journalError}\n`);
    run?.interrupt();
  });
  const progress = startProgress(measurement, () => run?.state());
  const recount = recounting({
    tokenizer: scenario.conversation.tokenizer,
    isCountingAll: dialect?.isCountingItself ?? false,
    pass(record) {
      journal.write(record);
      progress.record(record);
    },
    warn: progress.say,
  });
  const record: RecordFn = (made, said) => {
    dialect?.record?.(made, said);
    recount.record(made, said);
  };
  try {
    const end = await played(measurement, record, progress, (started) => {
      run = started;
    });
    const footer: RunFooter = { ...end, health: health?.() };
    await recount.settled();
    journal.close(footer);
  } catch (error) {
    if (journalError === undefined) throw error;
  } finally {
    progress.stop();
    closeQuietly(journal);
  }
  return journalError;
}

type RecordFn = Parameters<typeof startRun>[0]['record'];

function played(
  measurement: Measurement,
  record: RecordFn,
  progress: Progress,
  onStarted: (run: Run) => void,
): Promise<RunEnd> {
  const { scenario, clock, workload, transport, before, player } = measurement;
  return new Promise((resolve, reject) => {
    let stopListening = (): void => {};
    const run = startRun({
      scenario,
      clock,
      transport,
      workload,
      before,
      player,
      record,
      lagging: progress.lagging,
      onDone(end) {
        // Its timers would keep simulated time going for ever.
        progress.stop();
        stopListening();
        resolve(end);
      },
    });
    onStarted(run);
    stopListening = onInterrupt(run, progress.say, scenario.stop.drainTimeoutSec);
    if (clock instanceof VirtualClock) clock.runInSlices().catch(reject);
  });
}

/** The journal's trouble was told when it began; closing it again adds nothing. */
function closeQuietly(journal: { close(): void }): void {
  try {
    journal.close();
  } catch {}
}
