import { type Clock, sleep } from '../../base/clock.ts';
import { EngineUnreachable, errorText, UsageError } from '../../base/errors.ts';
import { connectionErrorText } from './connection-error.ts';
import { endpoint } from './endpoint.ts';
import { getter, type Page, type ServerAccess } from './get.ts';

/** Between two looks at a server that is not there yet. */
const LOOK_EVERY_MS = 500;
/** Starting a profiler can take long, and stopping it writes its traces. */
const PROFILE_SEC_MAX = 600;

/**
 * Waits until the server says that it is healthy: until GET /health is answered by 200.
 * @throws EngineUnreachable if that has not come within `secMax`, with what came last.
 */
export async function untilHealthy(
  access: ServerAccess,
  { clock, secMax, tell }: { clock: Clock; secMax: number; tell: (line: string) => void },
): Promise<void> {
  const { origin, health } = endpoint(access.url);
  const get = getter(origin, access);
  for (let isTold = false; ; isTold = true) {
    const came = await get(health).then(statusOf, connectionErrorText);
    if (came === undefined) return;
    const what = `${origin}${health}: ${came}`;
    if (clock.now() + LOOK_EVERY_MS > secMax * 1000) {
      throw new EngineUnreachable(`the server was not healthy within ${secMax} s: ${what}`);
    }
    if (!isTold) tell(`waiting up to ${secMax} s for the server: ${what}`);
    await sleep(clock, LOOK_EVERY_MS);
  }
}

/** Whether one of these, paths or URLs, is answered by 200; default: GET /health. */
export async function isHealthy(access: ServerAccess, paths?: readonly string[]): Promise<boolean> {
  for (const path of paths ?? [endpoint(access.url).health]) {
    const [page] = await Promise.allSettled([ask(access, path, 'GET')]);
    if (page.status === 'fulfilled' && page.value.status === 200) return true;
  }
  return false;
}

/** Whether anything answers, whatever it says. */
export async function isThere(access: ServerAccess, path: string): Promise<boolean> {
  const [page] = await Promise.allSettled([ask(access, path, 'GET')]);
  return page.status === 'fulfilled';
}

/**
 * Posts to a path or URL at which the server empties its prefix cache.
 * @throws EngineUnreachable if there is no answer, UsageError for one that is not 2xx: what comes after would find what was before.
 */
export async function resetCache(access: ServerAccess, path: string): Promise<void> {
  const where = `--reset: POST ${new URL(path, endpoint(access.url).origin)}`;
  const page = await ask(access, path, 'POST').catch((error: unknown) => {
    throw new EngineUnreachable(`${where}: no answer: ${errorText(error)}`);
  });
  if (page.status >= 200 && page.status < 300) return;
  throw new UsageError(
    `${where}: found HTTP ${page.status}; expected 200, as vLLM says at /reset_prefix_cache (with VLLM_SERVER_DEV_MODE=1) and SGLang at /flush_cache`,
  );
}

function ask(access: ServerAccess, path: string, method: 'GET' | 'POST'): Promise<Page> {
  const { origin, pathname, search } = new URL(path, endpoint(access.url).origin);
  return getter(origin, access)(pathname + search, method);
}

/** Undefined: as it should be. */
function statusOf({ status }: Page): string | undefined {
  return status === 200 ? undefined : `HTTP ${status}`;
}

/**
 * Starts or stops the server's own profiler, as vLLM has it: POST /start_profile, /stop_profile.
 * @throws UsageError if it has none, or does not want to.
 */
export async function profile(access: ServerAccess, what: 'start' | 'stop'): Promise<void> {
  const { origin, startProfile, stopProfile } = endpoint(access.url);
  const path = what === 'start' ? startProfile : stopProfile;
  const came = await getter(
    origin,
    access,
    PROFILE_SEC_MAX,
  )(path, 'POST').then(statusOf, errorText);
  if (came === undefined) return;
  throw new UsageError(
    `POST ${origin}${path}: ${came}; expected 200, as of vLLM started with VLLM_TORCH_PROFILER_DIR`,
  );
}
