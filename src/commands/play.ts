import { SystemClock, VirtualClock } from '../base/clock.ts';
import { argsOfProgram } from '../base/command-line.ts';
import { type PlayOptions, play } from '../play/play.ts';
import type { Played } from '../play/played.ts';
import { resultsOf } from '../play/results.ts';
import type { Scenario } from '../scenario/schema.ts';
import { consoleObserver } from './console.ts';
import { type Interrupts, listenForInterrupts } from './interrupts.ts';
import { exitCodeOf, present } from './present.ts';

export interface CommandPlay extends Omit<PlayOptions, 'clock' | 'observer' | 'givenUp' | 'args'> {
  /** Given on the command line; else it comes from the environment. */
  readonly apiKey?: string | undefined;
  /** In virtual time, against the embedded engine in this process. */
  readonly isSimulated?: boolean | undefined;
  /** A line for every request. */
  readonly isVerbose?: boolean | undefined;
}

/** Plays as a command does: how it goes is told on stderr, what came of it is printed and is the exit code. */
export async function playAndPresent(options: CommandPlay): Promise<void> {
  const interrupts = listenForInterrupts();
  try {
    const played = await playListening(options, interrupts);
    // A signal that came after the last answer did not break the run off, and is obeyed all the same.
    const isLate = interrupts.has() && played.outcome !== 'defect';
    conclude(isLate ? { ...played, outcome: 'interrupted' } : played);
  } finally {
    interrupts.stop();
  }
}

/** Presents a run that has been played, as if it had just been. */
export async function presentFolder(dir: string, scenario: Scenario): Promise<void> {
  conclude(await resultsOf(dir, scenario));
}

function conclude(played: Played): void {
  present(played);
  process.exitCode = exitCodeOf(played);
}

/** Plays and prints no result. `hasIntervals`: tells interval summaries, too. */
export async function playOnConsole(
  options: CommandPlay,
  { hasIntervals = true } = {},
): Promise<Played> {
  const interrupts = listenForInterrupts();
  return playListening(options, interrupts, hasIntervals).finally(interrupts.stop);
}

function playListening(
  { isSimulated, isVerbose, apiKey, ...options }: CommandPlay,
  interrupts: Interrupts,
  hasIntervals = true,
): Promise<Played> {
  const { scenario, companion } = options;
  const clock = isSimulated ? new VirtualClock() : new SystemClock();
  const { drainTimeoutSec } = scenario.stop;
  const { interval, ...observer } = consoleObserver({
    ...{ clock, companion, interrupts, isVerbose },
    drainTimeoutSec,
  });
  return play({
    ...options,
    apiKey: apiKeyOf(scenario, apiKey),
    clock,
    args: argsOfProgram(),
    givenUp: interrupts.givenUp,
    observer: hasIntervals ? { ...observer, interval } : observer,
  });
}

/** An empty one is none. */
function apiKeyOf({ target }: Scenario, given: string | undefined): string | undefined {
  return (given ?? process.env[target.apiKeyEnv]) || undefined;
}
