import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, SystemClock } from '../base/clock.ts';
import { commandLineOf } from '../base/command-line.ts';
import { errorText, Interrupted, Unreported, UsageError } from '../base/errors.ts';
import { makeFolder } from '../base/make-folder.ts';
import { processLimits } from '../base/process-limits.ts';
import { striker } from '../base/secret.ts';
import { openJournal } from '../record/journal.ts';
import type { CommonStart } from '../record/record.ts';
import { createRunFolder, nextJournal } from '../record/run-folder.ts';
import { lockRun } from '../record/run-lock.ts';
import { type IsolatedBy, type Isolation, isolated, markOfPart } from '../run/isolation.ts';
import type { EarlierParts, RunOptions } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import { secretsOf } from '../scenario/secrets.ts';
import type { Network } from '../transport/http/proxy.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import { checkLimits, clientNeeds } from './client-needs.ts';
import type { Companion } from './companion.ts';
import { discreet, scrapesOf } from './discreet.ts';
import { earlierRun } from './earlier-run.ts';
import { refuseEndless } from './endless.ts';
import { watchMetrics } from './engine-pages.ts';
import { expectedText } from './expected.ts';
import { unlessGivenUp } from './given-up.ts';
import { measure } from './measure.ts';
import type { Observer } from './observer.ts';
import type { Played } from './played.ts';
import { runHeader } from './run-header.ts';
import { openSimulated, openTarget, type Target } from './target.ts';
import { type Workers, workersOf } from './workers.ts';
import { checkExports } from './writable.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  /** A virtual one plays in simulated time, against the engine in this process. */
  readonly clock: Clock;
  /** Never written anywhere. */
  readonly apiKey?: string | undefined;
  /** What the environment says of ways to the target. */
  readonly network?: Network | undefined;
  /** The tool whose command line it was, for what is counted, told and written. */
  readonly companion?: Companion | undefined;
  /** Told what happens meanwhile; default: nobody is. */
  readonly observer?: Observer | undefined;
  /** Aborted: what is not yet begun is not played, and after the last answer nothing more is waited for. */
  readonly givenUp?: AbortSignal | undefined;
  /** Loaded already, for commands that have to look at it first. */
  readonly workload?: Workload;
  /** The earlier parts of the run that is continued. */
  readonly resumed?: Resumed;
  /** Keeps a new run from finding what others had put into the engine's cache. */
  readonly isolate?: Isolation | undefined;
  /** File in which runs are remembered by how they begin; default: none are. */
  readonly recentRuns?: string | undefined;
  /** The arguments that it was started with, to be written down without secrets. */
  readonly args?: readonly string[] | undefined;
  /** Connects to what the scenario's target cannot name: several models, for example. */
  /** Where its journal goes; default: a new folder in `output.dir`. */
  readonly folder?: string | undefined;
  /** Resolves when it is time to begin, once all is ready. */
  readonly start?: ((ready: Ready) => Promise<CommonStart>) | undefined;
  readonly open?: (clock: Clock, apiKey: string | undefined, network?: Network) => Promise<Target>;
  /** Who plays a conversation; default: one user, turn after turn. */
  readonly player?: RunOptions['player'];
  /** How several processes play it; default: this one does. */
  readonly workers?: Workers | undefined;
}

/** A run that could begin. */
export interface Ready {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly clock: Clock;
  readonly givenUp: AbortSignal | undefined;
}

export interface Resumed {
  /** Locked by whoever has found out what is left to play: until then others may have played it. */
  readonly dir: string;
  readonly before: EarlierParts;
  /** Keeps it from finding what the parts before it had put into the cache. */
  readonly isolate: Isolation;
  /** How the whole run is kept apart from others: the same for all of its parts. */
  readonly isolatedBy?: IsolatedBy | undefined;
}

/**
 * Plays a scenario, from loading to results, and says what came of it. Prints nothing, listens to no signal
 * and reads no environment: that is for whoever calls it.
 * @throws UsageError, EngineUnreachable, Interrupted before anything was sent.
 */
export async function play(options: PlayOptions): Promise<Played> {
  const { scenario, clock, resumed, observer = {}, givenUp } = options;
  checkExports(scenario);
  // Both take a while, and neither needs the other.
  const loading =
    options.workload ?? openWorkload(scenario, { tell: (line) => observer.notice?.(line) });
  const [loaded, told] = await unlessGivenUp(
    bothOf(loading, opened(options)),
    givenUp,
    ([, late]) => late.close(),
  );
  const strike = striker(secretsOf(scenario.target, options.apiKey));
  const target = discreet(told, strike);
  for (const notice of target.notices ?? []) observer.notice?.(notice);
  try {
    const count = workersOf(options, loaded, target.url);
    if (clock.name === 'virtual') refuseEndless(scenario, loaded);
    else {
      const warnings = checkLimits(clientNeeds(scenario, loaded), processLimits(), count);
      for (const line of warnings) observer.notice?.(`warning: ${line}`);
    }
    const opened = { loaded, target, strike, count };
    if (resumed) return await playInto(resumed.dir, opened, options);
    const dir = options.folder ?? newFolder(scenario, clock);
    if (options.folder !== undefined) makeFolder(dir);
    const lock = lockRun(dir);
    try {
      return await playInto(dir, opened, options);
    } catch (error) {
      // Only what this process has made a moment ago.
      if (error instanceof Interrupted) rmSync(dir, { recursive: true, force: true });
      throw error;
    } finally {
      lock.release();
    }
  } finally {
    await target.close();
  }
}

interface Opened {
  readonly loaded: Workload;
  readonly target: Target;
  /** Takes out of a text what must not be kept. */
  readonly strike: (text: string) => string;
  /** Processes that play it. */
  readonly count: number;
}

async function playInto(
  dir: string,
  { loaded, target, strike, count }: Opened,
  options: PlayOptions,
): Promise<Played> {
  const { scenario, clock, resumed, companion, observer = {}, player, givenUp, args } = options;
  const { path, part } = nextJournal(dir);
  const isolatedBy = isolationOf(options, part);
  const load = isolated({ scenario, workload: loaded }, isolatedBy);
  observer.expected?.(
    expectedText({ scenario, workload: loaded, before: resumed?.before, hasPlayer: !!player }),
  );
  const before = runBefore(dir, load, options);
  const commandLine = args && commandLineOf(args, strike);
  const { workload } = load;
  const { metricsEverySec } = scenario.output;
  const metrics = await unlessGivenUp(
    watchMetrics(dir, clock, scrapesOf(target, observer), metricsEverySec, part, (line) =>
      observer.notice?.(line),
    ),
    givenUp,
  );
  // Loaded where it is asked for: the first request is not to wait for it.
  const certifier = scenario.output.certify
    ? await (await import('./certified.ts')).certifierOf({
        ...{ scenario, workload: loaded, clock, observer, givenUp },
      })
    : undefined;
  const crew =
    count > 1
      ? await options.workers!.gather({
          ...{ count, scenario, workload: loaded, clock, isolatedBy, givenUp },
          ...{ url: target.url!, model: target.model, tell: (line) => observer.notice?.(line) },
          ...{ apiKey: options.apiKey, network: options.network, before: resumed?.before },
        })
      : undefined;
  const closeAll = () => Promise.all([certifier?.close(), crew?.close()]);
  const start = await options
    .start?.({ scenario, workload: loaded, clock, givenUp })
    .catch(async (error) => {
      await Promise.all([metrics.stop(), closeAll()]);
      throw error;
    });
  const header = runHeader({
    ...{ scenario, clock, workload, target, part, isolatedBy, commandLine, start },
    earlierRun: before,
    notes: count > 1 ? [`played by ${count} workers, each a process of its own`] : [],
  });
  const measured = await measure({
    ...load,
    ...{ clock, transport: target.transport, player },
    ...{ companion, observer, certifier, crew, beginMs: start && appointedMs(start, clock) },
    openJournal: (onFailure) => openJournal(path, header, clock, onFailure),
    keptText: `what was measured until then is kept: confab report ${dir}`,
    before: resumed?.before,
    strike: clock.name === 'virtual' || crew ? undefined : strike,
  }).finally(closeAll);
  const metricsFile = await metrics.stop(givenUp);
  try {
    // What a report takes is loaded when there is one: it is a hundred files.
    const { resultsOf } = await import('./results.ts');
    return await resultsOf(dir, scenario, { ...measured, companion, metricsFile });
  } catch (error) {
    observer.notice?.(`what was measured is kept: confab report ${dir}`);
    throw isOfThisMachine(error)
      ? new Unreported(`no report could be made: ${errorText(error)}`)
      : error;
  }
}

/** On this clock; undefined: it is over. */
function appointedMs({ epochMs, aheadMs = 0, lateMs }: CommonStart, clock: Clock) {
  return lateMs > 0 ? undefined : epochMs + aheadMs - clock.originEpochMs;
}

function isolationOf({ resumed, isolate, clock }: PlayOptions, part: number) {
  if (!resumed) return isolate && { how: isolate, mark: `run ${wordOf(clock)}` };
  if (resumed.isolate === 'none') return resumed.isolatedBy;
  return { how: resumed.isolate, mark: markOfPart(part) };
}

/** Partitions of a run have a beginning in common, and are one run. */
function runBefore(
  dir: string,
  { scenario, workload }: Pick<PlayOptions, 'scenario'> & { readonly workload: Workload },
  { clock, recentRuns, resumed, open }: PlayOptions,
) {
  const isOwn = clock.name === 'virtual' || scenario.target.url === 'embedded' || open;
  if (recentRuns === undefined || isOwn || resumed || scenario.population.partition)
    return undefined;
  const epochMs = clock.originEpochMs;
  return earlierRun(recentRuns, { dir: resolve(dir), epochMs, scenario, workload });
}

/** No other run has it; in virtual time, where there is no other, it is always the same. */
function wordOf({ name }: Clock): string {
  return name === 'virtual' ? 'alone' : randomUUID().slice(0, 8);
}

/** A file that cannot be read, or has gone bad, since the run wrote it: no bug of ours. */
function isOfThisMachine(error: unknown): boolean {
  return error instanceof UsageError || typeof (error as { code?: unknown }).code === 'string';
}

/** Named by when it was made, also where simulated time begins at 0. */
function newFolder({ output, name }: Scenario, clock: Clock): string {
  const { originEpochMs } = clock.name === 'virtual' ? new SystemClock() : clock;
  return createRunFolder(output.dir, name, originEpochMs);
}

function opened({ scenario, clock, apiKey, network, open }: PlayOptions): Promise<Target> {
  if (open) return open(clock, apiKey, network);
  if (clock.name === 'virtual') return openSimulated(scenario, clock);
  return openTarget(scenario, clock, apiKey, network);
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
