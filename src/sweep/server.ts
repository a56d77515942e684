import { spawn } from 'node:child_process';
import type { Clock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import { type EngineProcess, startEngineProcess } from '../play/engine-process.ts';
import { untilReady } from '../play/until-ready.ts';
import { endpoint } from '../transport/http/endpoint.ts';
import type { ServerAccess } from '../transport/http/get.ts';
import { healthLack, isThere, resetCache } from '../transport/http/server-care.ts';

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

/**
 * Starts the server, waits until it is healthy, empties its cache, plays, and ends it.
 * @throws EngineUnreachable if it ends before it is healthy, or does not become so in time; UsageError if it does not
 * empty its cache, or the command before fails.
 */
export async function besideServer<T>(around: Around, play: () => Promise<T>): Promise<T> {
  const { settings, access, words } = around;
  const { start, before, reset } = settings;
  if (start !== undefined) await refuseStranger(access);
  const server = start === undefined ? undefined : await started(around, filled(start, words));
  try {
    if (!server && settings.health !== undefined) {
      await untilReady({
        ...readiness(around),
        what: '--health',
        secMax: settings.healthTimeoutSec,
      });
    }
    if (reset !== undefined) await resetCache(access, reset);
    if (before !== undefined) await run(filled(before, words));
    return await play();
  } finally {
    await server?.stop();
  }
}

function started(around: Around, command: string): Promise<EngineProcess> {
  const { healthTimeoutSec } = around.settings;
  const what = { command, what: '--start', logFile: around.log, startSecMax: healthTimeoutSec };
  return startEngineProcess({ ...readiness(around), ...what });
}

function readiness({ settings, access, clock, isInterrupted }: Around) {
  const { health, models } = endpoint(access.url);
  const paths = settings.health === undefined ? [health, models] : [settings.health];
  return { clock, lacks: () => healthLack(access, paths), isGivenUp: isInterrupted };
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

/** What answers before the server is started is another one, and would be measured in its place. */
async function refuseStranger(access: ServerAccess): Promise<void> {
  const { models, origin } = endpoint(access.url);
  if (!(await isThere(access, models))) return;
  throw new UsageError(
    `--start: something answers at ${origin} already; expected nothing there before the server is started`,
  );
}

async function run(command: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  if (code === 0) return;
  throw new UsageError(`--before: '${command}' ended with code ${code}; expected 0`);
}
