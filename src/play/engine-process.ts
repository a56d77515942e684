import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type Clock, sleep } from '../base/clock.ts';
import { EngineUnreachable, errorText } from '../base/errors.ts';
import { guarded } from './guardian.ts';
import { untilReady } from './until-ready.ts';

export interface EngineProcessOptions {
  /** For a shell. */
  readonly command: string;
  /** What it is called in errors: the command itself may hold a secret. */
  readonly what: string;
  /** Where its output goes, after what is there. */
  readonly logFile: string;
  readonly clock: Clock;
  /** What is missing before it can be asked; undefined: nothing. */
  lacks(): Promise<string | undefined>;
  readonly startSecMax: number;
  /** It is waited for no longer. */
  isGivenUp(): boolean;
}

export interface EngineProcess {
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 100;
/** What an engine may take to end by itself. */
const STOP_MS_MAX = 30_000;

/**
 * Starts an engine with all that it starts itself, and waits until it answers. It ends with this process, however that
 * ends.
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
  const release = guarded(child.pid);
  const stop = async () => {
    await stopped(child, clock, () => ended !== undefined);
    release();
  };
  try {
    await untilReady({ ...options, secMax: startSecMax, hasEnded: () => ended !== undefined });
  } catch (error) {
    await stop();
    throw error;
  }
  if (ended !== undefined) {
    await stop();
    const last = readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) || 'nothing';
    throw new EngineUnreachable(
      `${what}: ${ended} before it answered; the end of ${logFile}: ${last}`,
    );
  }
  return { stop };
}

async function stopped(child: ChildProcess, clock: Clock, hasEnded: () => boolean): Promise<void> {
  const askedMs = clock.now();
  signal(child, 'SIGTERM');
  while (!hasEnded() && clock.now() - askedMs < STOP_MS_MAX) await sleep(clock, LOOK_EVERY_MS);
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
