import type { Clock } from '../../base/clock.ts';
import { parsedJson } from '../../base/json.ts';
import { printable } from '../../base/printable.ts';
import { accessOf, openSimulated, openTarget, type Scrape } from '../../play/target.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { endpoint } from '../../transport/http/endpoint.ts';
import { getter, type Page } from '../../transport/http/get.ts';
import type { Network } from '../../transport/http/proxy.ts';
import { object } from '../../transport/json.ts';
import type { Transport } from '../../transport/transport.ts';

/** A server as probes see it: its API, and whatever pages it has. */
export interface ProbeTarget {
  readonly transport: Transport;
  readonly model: string;
  readonly description: string;
  readonly version: string | undefined;
  /** Its page of metrics; undefined: none. */
  readonly scrape: Scrape;
  /** Longest prompt plus answer, where /v1/models tells it. */
  readonly maxModelTokens: number | undefined;
  /** Ids of a text by POST /tokenize; undefined: there is no such page. */
  tokenIds(text: string): Promise<readonly number[] | undefined>;
  /** Milliseconds of a GET /health on a new connection; undefined: not answered. */
  healthMs(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** @throws EngineUnreachable if nothing answers there; UsageError for a target that cannot be used. */
export async function openProbeTarget(
  scenario: Scenario,
  clock: Clock,
  apiKey: string | undefined,
  network: Network = {},
): Promise<ProbeTarget> {
  const target = await openTarget(scenario, clock, apiKey, network);
  const server = endpoint(scenario.target.url);
  const get = getter(server.origin, accessOf(scenario.target, apiKey, network));
  const tokenize = server.version.replace(/\/version(?=\?|$)/, '/tokenize');
  return {
    ...target,
    version: nameOf(object(json(await quietly(get(server.version))))['version']),
    maxModelTokens: lengthOf(await quietly(get(server.models)), target.model),
    async tokenIds(text) {
      const body = JSON.stringify({ model: target.model, prompt: text, add_special_tokens: false });
      const tokens = object(json(await quietly(get(tokenize, 'POST', body))))['tokens'];
      return Array.isArray(tokens) ? tokens.filter((id) => Number.isInteger(id)) : undefined;
    },
    async healthMs() {
      const startMs = clock.now();
      const page = await quietly(get(server.health));
      return page?.status === 200 ? clock.now() - startMs : undefined;
    },
  };
}

/** The embedded engine a function call away, on whatever clock. */
export async function simulatedProbeTarget(scenario: Scenario, clock: Clock): Promise<ProbeTarget> {
  return {
    ...(await openSimulated(scenario, clock)),
    version: undefined,
    maxModelTokens: scenario.engine.maxModelTokens,
    tokenIds: async () => undefined,
    healthMs: async () => undefined,
  };
}

function quietly(page: Promise<Page>): Promise<Page | undefined> {
  return page.catch(() => undefined);
}

function json(page: Page | undefined): unknown {
  return page?.status === 200 ? parsedJson(page.text) : undefined;
}

function nameOf(version: unknown): string | undefined {
  return typeof version === 'string' ? printable(version) : undefined;
}

/** vLLM's `max_model_len` of the model that is asked. */
function lengthOf(page: Page | undefined, model: string): number | undefined {
  const list = object(json(page))['data'];
  const found = Array.isArray(list) ? list.find((one) => object(one)['id'] === model) : undefined;
  const length = object(found)['max_model_len'];
  return Number.isInteger(length) ? (length as number) : undefined;
}
