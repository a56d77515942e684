import { type Clock, sleep } from '../base/clock.ts';
import { EngineUnreachable, Interrupted } from '../base/errors.ts';

export interface Waiting {
  /** What is waited for, or the flag that asks for it. */
  readonly what: string;
  readonly clock: Clock;
  readonly secMax: number;
  /** Where there is more to be read. */
  readonly logFile?: string;
  /** What is still missing; undefined: it is ready. */
  lacks(): Promise<string | undefined>;
  isGivenUp?(): boolean;
  /** What is waited for will not come any more. */
  hasEnded?(): boolean;
  /** Once, when it is not there at first. */
  tell?(line: string): void;
}

/** Between two looks at what is not there yet. */
const LOOK_EVERY_MS = 500;

/**
 * Waits until it is ready, or has ended.
 * @throws EngineUnreachable if it is not in time, with what is missing; Interrupted if it is given up.
 */
export async function untilReady(waiting: Waiting): Promise<void> {
  const { what, clock, secMax, logFile, hasEnded, isGivenUp, tell } = waiting;
  const startMs = clock.now();
  for (let isTold = false; !hasEnded?.(); isTold = true) {
    const lack = await waiting.lacks();
    if (lack === undefined) return;
    if (isGivenUp?.()) throw new Interrupted();
    if (clock.now() + LOOK_EVERY_MS - startMs > secMax * 1000) {
      const more = logFile === undefined ? '' : `; see ${logFile}`;
      throw new EngineUnreachable(`${what}: not healthy within ${secMax} s: ${lack}${more}`);
    }
    if (!isTold) tell?.(`waiting up to ${secMax} s for the server: ${lack}`);
    await sleep(clock, LOOK_EVERY_MS);
  }
}
