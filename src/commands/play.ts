import { type Clock, SystemClock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import { watchHealth } from '../base/health.ts';
import { version } from '../base/version.ts';
import { type Journal, openJournal } from '../record/journal.ts';
import type { RunFooter, RunHeader } from '../record/record.ts';
import { createRunFolder, nextJournal } from '../record/run-folder.ts';
import { type Isolation, markedWorkload, saltedTransport } from '../run/resume.ts';
import { type EarlierParts, type Run, type RunEnd, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { openWorkload } from '../workload/load.ts';
import { onInterrupt } from './interrupts.ts';
import { startProgress } from './progress.ts';
import { recounting } from './recount.ts';
import { withoutSecrets } from './redact.ts';
import { reportRun } from './results.ts';
import { openTarget, type Target } from './target.ts';
import { checkWritable } from './writable.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  /** Given on the command line; else it comes from the environment. Never written anywhere. */
  readonly apiKey?: string;
  /** Given: summaries and lag warnings as multi-round-qa.py prints them, which was asked for this rate. */
  readonly configuredQps?: number;
  /** A line for every request. */
  readonly isVerbose?: boolean;
  /** The earlier parts of the run that is continued. */
  readonly resumed?: {
    readonly dir: string;
    readonly before: EarlierParts;
    readonly isolate: Isolation;
  };
}

/** Plays a scenario on the wall clock, from loading to report. Returns the exit code. */
export async function play(options: PlayOptions): Promise<number> {
  const { scenario, resumed } = options;
  if (scenario.output.csv !== undefined) checkWritable('output.csv', scenario.output.csv);
  const clock = new SystemClock();
  const apiKey = options.apiKey ?? process.env[scenario.target.apiKeyEnv];
  // Both take a while, and neither needs the other.
  const [loaded, target] = await bothOf(
    openWorkload(scenario),
    openTarget(scenario, clock, apiKey),
  );
  try {
    const dir =
      resumed?.dir ?? createRunFolder(scenario.output.dir, scenario.name, clock.originEpochMs);
    const { path, part } = nextJournal(dir);
    const isMarked = resumed?.isolate === 'marker';
    const workload = isMarked ? markedWorkload(loaded, part) : loaded;
    const transport =
      resumed?.isolate === 'salt' ? saltedTransport(target.transport, part) : target.transport;
    const header: RunHeader = {
      format: 'confab-journal',
      version: 1,
      confab: version(),
      node: process.version,
      clock: clock.name,
      originEpochMs: clock.originEpochMs,
      scenario: withoutSecrets(scenario),
      workloadDigest: workload.digest,
      notes: [`target: ${target.description}`, ...workload.notes],
      part,
    };
    const { journalError } = await measured({
      ...options,
      workload,
      transport,
      clock,
      dir,
      path,
      header,
    });
    return reportRun(dir, scenario, { journalError, configuredQps: options.configuredQps });
  } finally {
    await target.close();
  }
}

interface Measurement extends PlayOptions {
  readonly workload: Awaited<ReturnType<typeof openWorkload>>;
  readonly transport: Target['transport'];
  readonly clock: Clock;
  readonly dir: string;
  readonly path: string;
  readonly header: RunHeader;
}

/** Runs to the end, or to the second interrupt. Whatever happens, the journal has all that was measured. */
async function measured(options: Measurement): Promise<{ journalError: string | undefined }> {
  const { scenario, clock, workload, transport, path, header, resumed } = options;
  const health = watchHealth();
  let run: Run | undefined;
  let stopListening: () => void = () => {};
  let journalError: string | undefined;
  const journal = openJournal(path, header, clock, (error) => {
    journalError = errorText(error);
    process.stderr.write(`error: the journal cannot be written: ${journalError}\n`);
    run?.interrupt();
  });
  const progress = startProgress(options, () => run?.state());
  const recount = recounting(
    scenario.conversation.tokenizer,
    (record) => {
      journal.write(record);
      progress.record(record);
    },
    progress.say,
  );
  try {
    const end = await new Promise<RunEnd>((resolve) => {
      run = startRun({
        scenario,
        clock,
        transport,
        workload,
        before: resumed?.before,
        record: recount.record,
        lagging: progress.lagging,
        onDone: resolve,
      });
      stopListening = onInterrupt(run, progress.say, scenario.stop.drainTimeoutSec);
    });
    const footer = { ...end, health: health() };
    await recount.settled();
    close(journal, footer);
  } finally {
    stopListening();
    progress.stop();
    close(journal);
  }
  return { journalError };

  function close(open: Journal, footer?: RunFooter): void {
    try {
      open.close(footer);
    } catch (error) {
      journalError ??= errorText(error);
    }
  }
}

/** Both results; if one fails the other's is closed or awaited, so that nothing is left running. */
async function bothOf<A, B extends { close(): Promise<void> }>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  if (b.status === 'fulfilled') await b.value.close();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}
