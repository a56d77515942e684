import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';

/** The right to write into a run folder, which one process at a time has. */
export interface RunLock {
  /** Said if it was taken over from a process that is gone. */
  readonly notice: string | undefined;
  release(): void;
}

/** What the lock file holds. A process id is given away again; together with its start it is not. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly started?: string | undefined;
}

/** In a run folder, while somebody writes into it. */
export const LOCK_FILE = 'lock';

/** @throws UsageError if a process that is running has it, or the folder cannot be written. */
export function lockRun(dir: string): RunLock {
  const path = join(dir, LOCK_FILE);
  const { pid } = process;
  const own = JSON.stringify({ pid, host: hostname(), started: startOf(pid) } satisfies Holder);
  let gone: Partial<Holder> | undefined;
  while (!made(path, own)) {
    const dead = deadHolderOf(path, dir, gone);
    // Of two who found it dead the other may have been the one to move it aside: who has the lock took it over.
    gone = takenAside(path, dir) ?? (dead.pid === undefined ? gone : dead);
  }
  return {
    notice: gone && `${dir}: ${takenFrom(gone)}`,
    release() {
      // Whoever has removed it by hand may have let somebody else in.
      if (textOf(path) === own) rmSync(path, { force: true });
    },
  };
}

function made(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new UsageError(`cannot lock the run folder: ${errorText(error)}`);
  }
}

/**
 * Whose lock it is, who is gone; nothing where the file says nothing.
 * @param gone from whom it would have been taken over, had nobody else been faster.
 * @throws UsageError if somebody has it.
 */
function deadHolderOf(path: string, dir: string, gone?: Partial<Holder>): Partial<Holder> {
  const holder = holderOf(path);
  const { pid, host, started } = holder;
  if (pid === undefined) return {};
  if (host !== hostname()) {
    throw new UsageError(
      `${dir}: process ${pid} on ${host} writes into it, as far as can be seen from here; if it is gone, remove ${path}`,
    );
  }
  if (isRunning(pid, started)) {
    const taken = gone ? `, and ${takenFrom(gone)}` : '';
    throw new UsageError(
      `${dir}: process ${pid} is writing into it${taken}; expected a run that has ended, or was broken off`,
    );
  }
  return holder;
}

function takenFrom({ pid }: Partial<Holder>): string {
  return `took over from process ${pid ?? 'unknown'}, which is gone`;
}

/** Subtle: moved before it is removed, so that of two who find the same dead lock one alone has it. */
function takenAside(path: string, dir: string): Partial<Holder> | undefined {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return undefined;
  }
  try {
    deadHolderOf(aside, dir);
  } catch (error) {
    // Somebody has taken it over meanwhile, and that was theirs.
    renameSync(aside, path);
    throw error;
  }
  const gone = holderOf(aside);
  rmSync(aside, { force: true });
  return gone;
}

/** Nothing in it: its process died as it began to write. */
function holderOf(path: string): Partial<Holder> {
  const value = parsedJson(textOf(path) ?? '');
  return isObject(value) ? (value as Partial<Holder>) : {};
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isRunning(pid: number, started: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = statOf(pid);
  if (!now) return true;
  return now.state !== 'Z' && (started === undefined || started === now.started);
}

function startOf(pid: number): string | undefined {
  return statOf(pid)?.started;
}

/** Of a process, where Linux tells: the letter of its state, and its start in ticks since the machine's. */
function statOf(pid: number): { state: string; started: string } | undefined {
  // After the name, which is in parentheses and may hold anything.
  const fields = textOf(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields && { state: fields[0]!, started: fields[19]! };
}
