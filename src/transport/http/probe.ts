import { EngineUnreachable } from '../../base/errors.ts';
import { parsedJson } from '../../base/json.ts';
import { object } from '../json.ts';
import { type Wording, wording } from '../wording.ts';
import { connectionErrorText } from './connection-error.ts';
import { endpoint } from './endpoint.ts';
import { refusalText } from './failure.ts';
import { getter, type Page, type ServerAccess } from './get.ts';
import { redactor } from './headers.ts';

/** What a server tells about itself before a run; undefined where it does not. */
export interface Probe {
  readonly models: readonly string[] | undefined;
  /** What came in place of models: `HTTP 401: Bad key`. */
  readonly modelsReason?: string;
  readonly version: string | undefined;
  readonly reachable: true;
}

/** A page beside the run is not waited for as long as one before it. */
const METRICS_SEC_MAX = 5;

/**
 * Asks for the models that are served and for the engine's version.
 * @throws EngineUnreachable if no HTTP response comes at all; any response will do.
 */
export async function probe(access: ServerAccess): Promise<Probe> {
  const server = endpoint(access.url);
  const says = wording(redactor(access));
  const get = getter(server.origin, access);
  const [models, version] = await Promise.allSettled([get(server.models), get(server.version)]);
  if (models.status === 'rejected' && version.status === 'rejected') {
    const reason = says(connectionErrorText(models.reason));
    throw new EngineUnreachable(`cannot reach ${server.origin}: ${reason}`);
  }
  const names = modelNames(answer(models))?.map((name) => says(name));
  return {
    models: names,
    ...(!names?.length && { modelsReason: says(reasonOf(models)) }),
    version: versionName(answer(version), says),
    reachable: true,
  };
}

/** The server's page of metrics; undefined if it has none to give, or not in time. */
export function scrapeMetrics(access: ServerAccess, secMax?: number): Promise<string | undefined> {
  const server = endpoint(access.url);
  return scrapePage(new URL(server.metrics, server.origin), access, secMax);
}

/** A page of metrics of whatever server; undefined as above. */
export async function scrapePage(
  url: URL,
  access: ServerAccess,
  secMax = METRICS_SEC_MAX,
): Promise<string | undefined> {
  const get = getter(url.origin, access, secMax);
  const [page] = await Promise.allSettled([get(`${url.pathname}${url.search}`)]);
  return page.status === 'fulfilled' && page.value.status === 200 ? page.value.text : undefined;
}

function answer(page: PromiseSettledResult<Page>): unknown {
  if (page.status === 'rejected' || page.value.status !== 200) return undefined;
  return parsedJson(page.value.text);
}

/** Why a page has no list of models. */
function reasonOf(page: PromiseSettledResult<Page>): string {
  if (page.status === 'rejected') return connectionErrorText(page.reason);
  const { status: httpStatus, text: body, location } = page.value;
  if (httpStatus !== 200) {
    const text = refusalText({ httpStatus, location, coding: undefined, body });
    return text.startsWith('HTTP ') ? text : `HTTP ${httpStatus}: ${text}`;
  }
  const json = parsedJson(body);
  if (json === undefined) return body.trim() ? `no JSON: ${body}` : 'an empty page';
  return Array.isArray(object(json)['data']) ? 'an empty list' : `no list of models: ${body}`;
}

function modelNames(json: unknown): string[] | undefined {
  const list = object(json)['data'];
  if (!Array.isArray(list)) return undefined;
  return list.map((model) => object(model)['id']).filter((id) => typeof id === 'string');
}

function versionName(json: unknown, says: Wording): string | undefined {
  const version = object(json)['version'];
  return typeof version === 'string' ? says(version) : undefined;
}
