import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { EngineUnreachable, errorText, Interrupted, UsageError } from '../base/errors.ts';
import { endpoint } from '../transport/http/endpoint.ts';
import { getter, type ServerAccess } from '../transport/http/get.ts';

/** What is done around every run against a server. */
export interface ServerSettings {
  /** Shell command that serves until it is ended; `{name}` in it is the run's value on that axis. */
  readonly start?: string;
  /** Path or URL that answers 200 when it can be asked; default: /health, or /v1/models. */
  readonly health?: string;
  readonly healthTimeoutSec: number;
  /** Path or URL that is posted to, to empty the cache. */
  readonly reset?: string;
  /** Shell command that is waited for. */
  readonly before?: string;
  /** Between the end of a run and the beginning of the next. */
  readonly restSec: number;
}

interface Around {
  readonly settings: ServerSettings;
  readonly access: ServerAccess;
  readonly clock: Clock;
  readonly words: Readonly<Record<string, string>>;
  /** Where the server's own output goes. */
  readonly log: string;
  isInterrupted(): boolean;
}

const HEALTH_EVERY_MS = 500;
const STOP_MS = 30_000;

/**
 * Starts the server, waits until it is healthy, empties its cache, plays, and ends it.
 * @throws EngineUnreachable if it ends before it is healthy, or does not become so in time; UsageError if it does not
 * empty its cache, or the command before fails.
 */
export async function besideServer<T>(around: Around, play: () => Promise<T>): Promise<T> {
  const { settings, words, log } = around;
  const { start, before, reset } = settings;
  if (start !== undefined) await refuseStranger(around);
  const server = start === undefined ? undefined : startServer(filled(start, words), log);
  try {
    if (server || settings.health !== undefined) await untilHealthy(around, server);
    if (reset !== undefined) await emptyCache(around, reset);
    if (before !== undefined) await run(filled(before, words));
    return await play();
  } finally {
    if (server) await stop(server, around.clock);
  }
}

/** `{name}` is the word of that name. @throws UsageError for one that there is not. */
export function filled(command: string, words: Readonly<Record<string, string>>): string {
  return command.replace(/\{([\w.]+)\}/g, (_, name: string) => {
    if (Object.hasOwn(words, name)) return words[name]!;
    throw new UsageError(
      `found {${name}} in the command '${command}'; expected one of ${Object.keys(words).join(', ')}`,
    );
  });
}

interface Server {
  readonly process: ChildProcess;
  readonly log: string;
  /** Resolves when it is over. */
  readonly over: Promise<void>;
  isOver(): boolean;
}

/** In a group of its own, so that what the shell has started ends with it. */
function startServer(command: string, log: string): Server {
  const file = openSync(log, 'a');
  const child = spawn('/bin/sh', ['-c', command], {
    detached: true,
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  let isOver = false;
  const over = ended(child).then(() => {
    isOver = true;
  });
  return { process: child, log, over, isOver: () => isOver };
}

/** Its code, where it has one. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
}

/** What answers before the server is started is another one, and would be measured in its place. */
async function refuseStranger({ access }: Around): Promise<void> {
  const { models, origin } = endpoint(access.url);
  const page = await asked(models, access, 'GET').catch(() => undefined);
  if (!page) return;
  throw new UsageError(
    `--start: something answers at ${origin} already; expected nothing there before the server is started`,
  );
}

async function untilHealthy(around: Around, server: Server | undefined): Promise<void> {
  const { clock, settings, access } = around;
  const untilMs = clock.now() + settings.healthTimeoutSec * 1000;
  const { health, models } = endpoint(access.url);
  const paths = settings.health === undefined ? [health, models] : [settings.health];
  while (clock.now() < untilMs) {
    if (around.isInterrupted()) throw new Interrupted();
    if (server?.isOver()) {
      throw new EngineUnreachable(
        `the server ended before it was healthy; the end of ${server.log}: ${lastLine(server.log)}`,
      );
    }
    for (const path of paths) {
      const page = await asked(path, access, 'GET').catch(() => undefined);
      if (page?.status === 200) return;
    }
    await wait(clock, HEALTH_EVERY_MS);
  }
  throw new EngineUnreachable(
    `the server is not healthy after ${settings.healthTimeoutSec} s: expected 200 from ${paths.join(' or ')}`,
  );
}

async function emptyCache({ access }: Around, path: string): Promise<void> {
  const page = await asked(path, access, 'POST').catch((error: unknown) => {
    throw new EngineUnreachable(`--reset: no answer from ${path}: ${errorText(error)}`);
  });
  if (page.status >= 200 && page.status < 300) return;
  throw new UsageError(
    `--reset: found HTTP ${page.status} from ${path}; expected 200, as vLLM says at /reset_prefix_cache (with VLLM_SERVER_DEV_MODE=1) and SGLang at /flush_cache`,
  );
}

function asked(path: string, access: ServerAccess, method: 'GET' | 'POST') {
  const { origin } = endpoint(access.url);
  const { origin: where, pathname, search } = new URL(path, origin);
  return getter(where, access)(pathname + search, method);
}

async function run(command: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await ended(child);
  if (code === 0) return;
  throw new UsageError(`--before: '${command}' ended with code ${code}; expected 0`);
}

/** As a terminal would, then without asking. */
async function stop({ process: child, over, isOver }: Server, clock: Clock): Promise<void> {
  if (isOver()) return;
  signal(child, 'SIGTERM');
  await Promise.race([over, wait(clock, STOP_MS)]);
  if (!isOver()) signal(child, 'SIGKILL');
  await over;
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) || 'nothing';
}
