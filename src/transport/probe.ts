import { EngineUnreachable, errorText } from '../base/errors.ts';
import { parsedJson } from '../base/json.ts';
import { endpoint } from './endpoint.ts';
import { getter, type Page, type ServerAccess } from './http-get.ts';

/** What a server tells about itself before a run; undefined where it does not. */
export interface Probe {
  readonly models: readonly string[] | undefined;
  readonly version: string | undefined;
  readonly reachable: true;
}

/**
 * Asks for the models that are served and for the engine's version.
 * @throws EngineUnreachable if no HTTP response comes at all; any response will do.
 */
export async function probe(access: ServerAccess): Promise<Probe> {
  const server = endpoint(access.url);
  const get = getter(server.origin, access);
  const [models, version] = await Promise.allSettled([get(server.models), get(server.version)]);
  if (models.status === 'rejected' && version.status === 'rejected') {
    throw new EngineUnreachable(`cannot reach ${server.origin}: ${errorText(models.reason)}`);
  }
  return {
    models: modelNames(answer(models)),
    version: versionName(answer(version)),
    reachable: true,
  };
}

/** The server's Prometheus text; undefined if it has none to give. */
export async function scrapeMetrics(access: ServerAccess): Promise<string | undefined> {
  const server = endpoint(access.url);
  const [page] = await Promise.allSettled([getter(server.origin, access)(server.metrics)]);
  return page.status === 'fulfilled' && page.value.status === 200 ? page.value.text : undefined;
}

function answer(page: PromiseSettledResult<Page>): unknown {
  if (page.status === 'rejected' || page.value.status !== 200) return undefined;
  return parsedJson(page.value.text);
}

function modelNames(json: unknown): string[] | undefined {
  const list = (json as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(list)) return undefined;
  return list.map((model) => model?.id).filter((id) => typeof id === 'string');
}

function versionName(json: unknown): string | undefined {
  const version = (json as { version?: unknown } | null | undefined)?.version;
  return typeof version === 'string' ? version : undefined;
}
