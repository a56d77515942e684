import { EngineUnreachable, errorText, UsageError } from '../../base/errors.ts';
import { connectionErrorText } from './connection-error.ts';
import { endpoint } from './endpoint.ts';
import { getter, type Page, type ServerAccess } from './get.ts';

/** Starting a profiler can take long, and stopping it writes its traces. */
const PROFILE_SEC_MAX = 600;

/**
 * What is missing until one of these, paths or URLs, is answered by 200; undefined: nothing. Default: GET /health.
 */
export async function healthLack(
  access: ServerAccess,
  paths: readonly string[] = [endpoint(access.url).health],
): Promise<string | undefined> {
  let lack: string | undefined;
  for (const path of paths) {
    const came = await ask(access, path, 'GET').then(statusOf, connectionErrorText);
    if (came === undefined) return undefined;
    lack ??= `${new URL(path, endpoint(access.url).origin)}: ${came}`;
  }
  return lack;
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
