import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defaultStateDir } from '../base/cache-dir.ts';
import { type Clock, SystemClock, VirtualClock } from '../base/clock.ts';
import { argsOfProgram } from '../base/command-line.ts';
import { UsageError } from '../base/errors.ts';
import { readText } from '../base/read-text.ts';
import type { LivePage } from '../live/threaded.ts';
import { joinedObservers } from '../play/observer.ts';
import { type PlayOptions, play } from '../play/play.ts';
import type { Played } from '../play/played.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Network } from '../transport/http/proxy.ts';
import { workersOfMachine } from '../workers/workers.ts';
import { consoleObserver } from './terminal/console.ts';
import { type Interrupts, listenForInterrupts } from './terminal/interrupts.ts';

export interface CommandPlay
  extends Omit<PlayOptions, 'clock' | 'network' | 'observer' | 'givenUp' | 'args' | 'recentRuns'> {
  /** Given on the command line; else it comes from the environment. */
  readonly apiKey?: string | undefined;
  /** In virtual time, against the embedded engine in this process. */
  readonly isSimulated?: boolean | undefined;
  /** The clock of an engine that is there already; default: a new one. */
  readonly clock?: Clock | undefined;
  /** A line for every request. */
  readonly isVerbose?: boolean | undefined;
  /** How it goes is not told, but for warnings. */
  readonly isQuiet?: boolean | undefined;
  /** The results are printed as JSON. */
  readonly isJson?: boolean | undefined;
  /** All columns of the report's tables. */
  readonly isWide?: boolean | undefined;
}

/** Plays as a command does: how it goes is told on stderr, what came of it is printed, is the exit code, and is returned. */
export async function playAndPresent(options: CommandPlay): Promise<Played> {
  const interrupts = listenForInterrupts();
  try {
    const played = await playListening(options, interrupts, await pageOf(options));
    // A signal that came after the last answer did not break the run off, and is obeyed all the same.
    const isLate = interrupts.has() && played.outcome !== 'defect';
    return await conclude(isLate ? { ...played, outcome: 'interrupted' } : played, options);
  } finally {
    interrupts.stop();
  }
}

/** Presents a run that has been played, as if it had just been. */
export async function presentFolder(
  dir: string,
  scenario: Scenario,
  shown: Pick<CommandPlay, 'isWide' | 'isJson'>,
): Promise<Played> {
  const { resultsOf } = await import('../play/results.ts');
  return conclude(await resultsOf(dir, scenario), shown);
}

async function conclude(
  played: Played,
  { isWide, isJson }: Pick<CommandPlay, 'isWide' | 'isJson'>,
): Promise<Played> {
  const [{ exitCodeOf, present, presentJson }, { lostLine }] = await Promise.all([
    import('./terminal/present.ts'),
    import('./lost-line.ts'),
  ]);
  if (isJson) await presentJson(played);
  else present(played, isWide, await lostLine(played.run, played.summary));
  process.exitCode = exitCodeOf(played);
  return played;
}

/** Plays and prints no result. `hasIntervals`: tells interval summaries, and how long it will take, too. */
export async function playOnConsole(
  options: CommandPlay,
  { hasIntervals = true } = {},
): Promise<Played> {
  const interrupts = listenForInterrupts();
  try {
    return await playListening(options, interrupts, await pageOf(options), hasIntervals);
  } finally {
    interrupts.stop();
  }
}

const RECENT_RUNS = 'recent-runs.json';

/** Before anything is loaded: a port that cannot be had is an error. */
async function pageOf({ scenario }: CommandPlay): Promise<LivePage | undefined> {
  const { live } = scenario.output;
  return live === undefined ? undefined : (await import('./terminal/live.ts')).livePage(live);
}

async function playListening(
  { isSimulated, isVerbose, isWide: _, isQuiet = false, apiKey, ...options }: CommandPlay,
  interrupts: Interrupts,
  page: LivePage | undefined,
  hasIntervals = true,
): Promise<Played> {
  const { companion } = options;
  const scenario = page && !isSimulated ? withEnginePages(options.scenario) : options.scenario;
  const clock = options.clock ?? (isSimulated ? new VirtualClock() : new SystemClock());
  const { drainTimeoutSec } = scenario.stop;
  const { interval, expected, ...observer } = consoleObserver({
    ...{ clock, companion, interrupts, isVerbose, isQuiet },
    drainTimeoutSec,
  });
  const told = hasIntervals && !isQuiet ? { ...observer, interval, expected } : observer;
  const played = await play({
    ...options,
    scenario,
    apiKey: apiKeyOf(scenario, apiKey),
    network: networkOf(process.env),
    recentRuns: join(defaultStateDir(), RECENT_RUNS),
    clock,
    args: argsOfProgram(),
    givenUp: interrupts.givenUp,
    workers: workersOfMachine(availableParallelism(), (line) => observer.notice?.(line)),
    observer: page ? joinedObservers(told, await followed(page, { scenario, clock })) : told,
  });
  if (page) (await import('./terminal/live.ts')).livePageEndsAsReport(played);
  return played;
}

/** A page has the engine's own numbers: they are read now and then, where the scenario does not say how often. */
function withEnginePages({ output, ...scenario }: Scenario): Scenario {
  return { ...scenario, output: { metricsEverySec: ENGINE_EVERY_SEC, ...output } };
}

const ENGINE_EVERY_SEC = 5;

async function followed(page: LivePage, run: { scenario: Scenario; clock: Clock }) {
  return (await import('../live/live-observer.ts')).liveObserver(run, page);
}

/** As other programs read it: small letters win, and what is empty is not set. */
export function networkOf(env: NodeJS.ProcessEnv): Network {
  const either = (name: string) => env[name.toLowerCase()] ?? env[name];
  return {
    httpProxy: either('HTTP_PROXY'),
    httpsProxy: either('HTTPS_PROXY'),
    noProxy: either('NO_PROXY'),
    certFile: env['SSL_CERT_FILE'] || undefined,
  };
}

/** From the command line, else from the scenario's file, else from the environment. An empty one is none. */
export function apiKeyOf({ target }: Scenario, given: string | undefined): string | undefined {
  if (given !== undefined) return given || undefined;
  const { apiKeyFile, apiKeyEnv } = target;
  return apiKeyFile === undefined ? process.env[apiKeyEnv] || undefined : keyIn(apiKeyFile);
}

/** @throws UsageError for a file that has no key, or more than one line. */
function keyIn(file: string): string {
  const key = readText(file, { what: 'API key', field: 'target.apiKeyFile' }).trim();
  if (key && !/\s/.test(key)) return key;
  const found = key ? 'a text with spaces or several lines' : 'nothing';
  throw new UsageError(`target.apiKeyFile: found ${found} in ${file}; expected the key alone`);
}
