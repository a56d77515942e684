import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type Clock, sleep } from '../base/clock.ts';
import { EngineUnreachable, errorText, Interrupted } from '../base/errors.ts';

export interface EngineProcessOptions {
  /** For a shell. */
  readonly command: string;
  /** What it is called in errors: the command itself may hold a secret. */
  readonly what: string;
  /** Where its output goes, after what is there. */
  readonly logFile: string;
  readonly clock: Clock;
  /** Whether it answers. */
  isReady(): Promise<boolean>;
  readonly startSecMax: number;
  /** It is waited for no longer. */
  isGivenUp(): boolean;
}

export interface EngineProcess {
  stop(): Promise<void>;
}

const ASKED_EVERY_MS = 500;
/** What an engine may take to end by itself. */
const STOP_MS_MAX = 30_000;

/**
 * Starts an engine with all that it starts itself, and waits until it answers.
 * @throws EngineUnreachable if it ends before, or takes too long; Interrupted if it is given up.
 */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  const { command, what, logFile, clock, startSecMax } = options;
  const log = openSync(logFile, 'a');
  // A group of its own: it is stopped with its workers, and a Ctrl-C is not for it.
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = errorText(error);
  });
  child.once('exit', (code, signal) => {
    ended = `ended with ${signal ?? `code ${code}`}`;
  });
  const stop = () => stopped(child, clock, () => ended !== undefined);
  try {
    await untilReady({ ...options, secMax: startSecMax, hasEnded: () => ended !== undefined });
  } catch (error) {
    await stop();
    throw error;
  }
  if (ended !== undefined) {
    const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) || 'nothing';
    throw new EngineUnreachable(
      `${what}: ${ended} before it answered; the end of ${logFile}: ${last}`,
    );
  }
  return { stop };
}

export interface Waiting {
  readonly what: string;
  readonly clock: Clock;
  readonly secMax: number;
  /** Where there is more to be read. */
  readonly logFile?: string;
  isReady(): Promise<boolean>;
  isGivenUp(): boolean;
  /** What is waited for will not come any more. */
  hasEnded?(): boolean;
}

/** @throws EngineUnreachable if it does not answer in time; Interrupted if it is given up. */
export async function untilReady(waiting: Waiting): Promise<void> {
  const { what, clock, secMax, logFile, hasEnded } = waiting;
  const startMs = clock.now();
  while (!hasEnded?.() && !(await waiting.isReady())) {
    if (waiting.isGivenUp()) throw new Interrupted();
    if (clock.now() - startMs > secMax * 1000) {
      const more = logFile === undefined ? '' : `; see ${logFile}`;
      throw new EngineUnreachable(`${what}: does not answer after ${secMax} s${more}`);
    }
    await sleep(clock, ASKED_EVERY_MS);
  }
}

async function stopped(child: ChildProcess, clock: Clock, hasEnded: () => boolean): Promise<void> {
  const askedMs = clock.now();
  signal(child, 'SIGTERM');
  while (!hasEnded() && clock.now() - askedMs < STOP_MS_MAX) await sleep(clock, ASKED_EVERY_MS / 5);
  // Also what it has left behind.
  signal(child, 'SIGKILL');
}

function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It is gone.
  }
}
