import { type Clock, SystemClock, VirtualClock } from '../base/clock.ts';
import { createRunFolder, nextJournal } from '../record/run-folder.ts';
import { type Isolation, markedWorkload, saltedTransport } from '../run/resume.ts';
import type { EarlierParts, RunOptions } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import type { Dialect } from './companion.ts';
import { refuseEndless } from './endless.ts';
import { watchMetrics } from './engine-pages.ts';
import { measure } from './measure.ts';
import { reportRun } from './results.ts';
import { runHeader } from './run-header.ts';
import { openSimulated, openTarget, type Target } from './target.ts';
import { checkWritable } from './writable.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  /** Given on the command line; else it comes from the environment. Never written anywhere. */
  readonly apiKey?: string;
  /** In virtual time, against the embedded engine in this process. */
  readonly isSimulated?: boolean;
  /** The tool whose command line it was, for what is printed and written. */
  readonly dialect?: Dialect;
  /** A line for every request. */
  readonly isVerbose?: boolean;
  /** No report and no interval summaries: for one of many runs. The run folder has everything. */
  readonly isQuiet?: boolean;
  /** Loaded already, for commands that have to look at it first. */
  readonly workload?: Workload;
  /** The earlier parts of the run that is continued. */
  readonly resumed?: Resumed;
  /** Connects to what the scenario's target cannot name: several models, for example. */
  readonly open?: (clock: Clock, apiKey: string | undefined) => Promise<Target>;
  /** Who plays a conversation; default: one user, turn after turn. */
  readonly player?: RunOptions['player'];
}

export interface Resumed {
  readonly dir: string;
  readonly before: EarlierParts;
  readonly isolate: Isolation;
}

/** Plays a scenario, from loading to report. Returns the exit code. */
export async function play(options: PlayOptions): Promise<number> {
  const { scenario, resumed, dialect, isVerbose, isQuiet } = options;
  if (scenario.output.csv !== undefined) checkWritable('output.csv', scenario.output.csv);
  const wallClock = new SystemClock();
  const clock = options.isSimulated ? new VirtualClock() : wallClock;
  const apiKey = options.apiKey ?? process.env[scenario.target.apiKeyEnv];
  // Both take a while, and neither needs the other.
  const [loaded, target] = await bothOf(
    options.workload ?? openWorkload(scenario),
    opened(options, clock, apiKey || undefined),
  );
  try {
    if (options.isSimulated) refuseEndless(scenario, loaded);
    const { dir: parent } = scenario.output;
    const dir = resumed?.dir ?? createRunFolder(parent, scenario.name, wallClock.originEpochMs);
    const { path, part } = nextJournal(dir);
    const { workload, transport } = isolated(loaded, target.transport, part, resumed?.isolate);
    const header = runHeader({ scenario, clock, workload, target, part });
    const { metricsEverySec } = scenario.output;
    const metrics = await watchMetrics(dir, clock, target.scrape, metricsEverySec, part);
    const journalError = await measure({
      scenario,
      clock,
      workload,
      transport,
      before: resumed?.before,
      path,
      header,
      dialect,
      isVerbose,
      isQuiet,
      player: options.player,
    });
    const metricsFile = await metrics.stop();
    return await reportRun(dir, scenario, { journalError, dialect, metricsFile, isQuiet });
  } finally {
    await target.close();
  }
}

function opened(
  { scenario, isSimulated, open }: PlayOptions,
  clock: Clock,
  apiKey: string | undefined,
): Promise<Target> {
  if (open) return open(clock, apiKey);
  return isSimulated ? openSimulated(scenario, clock) : openTarget(scenario, clock, apiKey);
}

function isolated(
  workload: Workload,
  transport: Target['transport'],
  part: number,
  isolate: Isolation = 'none',
) {
  switch (isolate) {
    case 'marker':
      return { workload: markedWorkload(workload, part), transport };
    case 'salt':
      return { workload, transport: saltedTransport(transport, part) };
    case 'none':
      return { workload, transport };
  }
}

/** Both results; if one fails the other is closed, so that nothing is left running. */
async function bothOf<A, B extends { close(): Promise<void> }>(
  first: A | Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  if (b.status === 'fulfilled') await b.value.close();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}
