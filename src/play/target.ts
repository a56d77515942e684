import type { Clock } from '../base/clock.ts';
import { EngineUnreachable, UsageError } from '../base/errors.ts';
import { withoutUrlSecrets } from '../base/secret.ts';
import { engineTraits } from '../engine/describe.ts';
import type { SimulatedEngine } from '../engine/embedded.ts';
import { goesByPriority } from '../engine/schedule/policy.ts';
import type { Scenario } from '../scenario/schema.ts';
import { endpoint } from '../transport/http/endpoint.ts';
import type { ServerAccess } from '../transport/http/get.ts';
import { httpTransport } from '../transport/http/http.ts';
import { type Probe, probe, scrapeMetrics, scrapePage } from '../transport/http/probe.ts';
import { type Network, proxyOf, proxyText } from '../transport/http/proxy.ts';
import type { Transport } from '../transport/transport.ts';

export type Scrape = (secMax?: number) => Promise<string | undefined>;

export interface Target {
  readonly transport: Transport;
  readonly model: string;
  /** Where other processes reach it, too; absent: it is in this process alone. */
  readonly url?: string;
  /** One line for the report: where requests go, and what answers there. */
  readonly description: string;
  /** What is odd about the target, one line each; absent: nothing. */
  readonly notices?: readonly string[];
  /** The engine's page of metrics, if it has one and gives it within `secMax`; default: a few seconds. */
  readonly scrape: Scrape;
  /** Other pages, by their URL. */
  readonly otherPages?: ReadonlyMap<string, Scrape>;
  close(): Promise<void>;
}

/**
 * Connects to the scenario's target: starts the embedded engine, or asks the endpoint what it serves.
 * @throws EngineUnreachable if nothing answers there.
 */
export async function openTarget(
  scenario: Scenario,
  clock: Clock,
  apiKey: string | undefined,
  network: Network = {},
): Promise<Target> {
  const isEmbedded = scenario.target.url === 'embedded';
  const embedded = isEmbedded ? await startEngine(scenario) : undefined;
  const target = { ...scenario.target, url: embedded?.url ?? scenario.target.url };
  try {
    const access = accessOf(target, apiKey, network);
    const { url, proxy } = access;
    const found = await probeThrough(access);
    const model = target.model ?? found.models?.[0];
    if (model === undefined) {
      throw new UsageError(
        `target.model: missing, and the server's /v1/models names none (${found.modelsReason}); give it in the scenario or with --model`,
      );
    }
    const transport = transportTo(url, { scenario, model, apiKey, clock, network });
    const shownUrl = withoutUrlSecrets(url);
    const server = proxy === undefined ? shownUrl : `${shownUrl}, ${proxyText(proxy)}`;
    const what = isEmbedded ? gpuEngineText('embedded engine', scenario.engine) : server;
    return {
      transport,
      model,
      url,
      description: found.version ? `${what}, version ${found.version}` : what,
      notices: unlistedNotices(model, found),
      scrape: (secMax) => scrapeMetrics(access, secMax),
      otherPages: otherPagesOf(scenario.target, access, network),
      async close() {
        await transport.close();
        await embedded?.close();
      },
    };
  } catch (error) {
    await embedded?.close();
    throw error;
  }
}

interface Way {
  readonly scenario: Scenario;
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  readonly network: Network;
}

/** The way to a server that is known to be there, asked as the scenario asks. */
export function transportTo(
  url: string,
  { scenario, model, apiKey, clock, network }: Way,
): Transport {
  const target = { ...scenario.target, url };
  const { proxy, certFile } = accessOf(target, apiKey, network);
  return httpTransport({
    ...{ target, apiKey, model, clock },
    sampling: samplingOf(scenario),
    keepHeaders: scenario.output.keepHeaders,
    route: { proxy, certFile },
  });
}

/** Each URL once. The key is for the target alone. */
function otherPagesOf(
  { metricsUrls = [] }: Scenario['target'],
  access: ServerAccess,
  network: Network,
): ReadonlyMap<string, Scrape> {
  const { origin, metrics } = endpoint(access.url);
  const own = new URL(metrics, origin).href;
  const pages = metricsUrls.map((url) => pageUrl(url)).filter(({ href }) => href !== own);
  return new Map(
    pages.map((url) => {
      const isOfTarget = url.origin === origin;
      const proxy = proxyOf(url.origin, network);
      const asked = isOfTarget ? access : { ...access, proxy, headers: {}, apiKey: undefined };
      return [withoutUrlSecrets(url.href), (secMax?: number) => scrapePage(url, asked, secMax)];
    }),
  );
}

function pageUrl(text: string): URL {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/metrics';
  return url;
}

/** What it takes to ask the target's server for something besides answers. */
export function accessOf(
  { url, headers, apiKeyHeader, ca, insecure }: Scenario['target'],
  apiKey: string | undefined,
  network: Network,
): ServerAccess {
  const proxy = proxyOf(endpoint(url).origin, network);
  const { certFile } = network;
  return { url, headers, apiKeyHeader, ca, insecure, apiKey, proxy, certFile };
}

/** What cannot be reached through a proxy may be a fault of the proxy. */
function probeThrough(access: ServerAccess): Promise<Probe> {
  return probe(access).catch((error) => {
    if (access.proxy === undefined || !(error instanceof EngineUnreachable)) throw error;
    throw new EngineUnreachable(
      `${error.message}; ${proxyText(access.proxy)} (NO_PROXY exempts hosts)`,
    );
  });
}

/** Listed models that are named. */
const NAMES_MAX = 5;

/** The server may know the model all the same; but a slip of the pen looks just like this. */
function unlistedNotices(model: string, { models = [] }: Probe): string[] {
  if (models.length === 0 || models.includes(model)) return [];
  const more = models.length > NAMES_MAX ? `, and ${models.length - NAMES_MAX} more` : '';
  const names = models.slice(0, NAMES_MAX).join(', ');
  return [`notice: the server does not list the model ${model}; it lists ${names}${more}`];
}

/** The embedded engine as a function call away, on the given clock: for virtual time. */
export async function openSimulated(scenario: Scenario, clock: Clock): Promise<Target> {
  const { simulatedEngine } = await import('../engine/embedded.ts');
  const simulated = await simulatedEngine(clock, engineOptions(scenario));
  return {
    transport: await simulatedTransport(simulated, scenario),
    model: scenario.engine.model,
    description: simulatedText(scenario.engine),
    scrape: simulated.scrape,
    async close() {},
  };
}

/** The way to an engine in this process, asked as the scenario asks. */
export async function simulatedTransport(
  { engine, prompts }: Pick<SimulatedEngine, 'engine' | 'prompts'>,
  scenario: Scenario,
): Promise<Transport> {
  const { localTransport } = await import('../transport/local.ts');
  const { api, promptForm, stream } = scenario.target;
  return localTransport(engine, {
    prompts,
    api,
    promptForm,
    sampling: samplingOf(scenario),
    tokensPerDelta: stream ? 1 : Infinity,
  });
}

function gpuEngineText(what: string, engine: Scenario['engine']): string {
  return [what, `${engine.gpu} profile`, ...engineTraits(engine)].join(', ');
}

function simulatedText(engine: Scenario['engine']): string {
  const { fixed } = engine;
  if (!fixed) return gpuEngineText('simulated engine', engine);
  const perToken = fixed.perInputTokenMs ? ` + ${fixed.perInputTokenMs} ms an input token` : '';
  return `fixed-latency engine, TTFT ${fixed.ttftMs} ms${perToken}, TPOT ${fixed.tpotMs} ms`;
}

/** Loaded only where it is needed: the engine brings its own dependencies. */
async function startEngine(scenario: Scenario) {
  const { startThreaded } = await import('../engine/threaded.ts');
  return startThreaded(engineOptions(scenario));
}

/**
 * The engine counts as its client does, unless it was told otherwise.
 * @throws UsageError where it would refuse every request, or serve the longest first that was to be the last.
 */
export function engineOptions({ engine, conversation, sampling }: Scenario): Scenario['engine'] {
  const { priority, priorityOrder = engine.priorityOrder } = sampling;
  if (priority && !goesByPriority(engine.policy)) {
    throw new UsageError(
      `sampling.priority: found '${typeof priority === 'object' ? priority.distribution : priority}' with engine.policy '${engine.policy}', which refuses a priority; expected engine.policy: priority, priority_round_robin or priority_round_robin_reverse, or sampling.priority: 0`,
    );
  }
  if (priorityOrder !== engine.priorityOrder) {
    throw new UsageError(
      `sampling.priorityOrder: found '${priorityOrder}' with engine.priorityOrder '${engine.priorityOrder}'; expected the same`,
    );
  }
  return { ...engine, tokenizer: engine.tokenizer ?? conversation.tokenizer };
}

/** Answers of a forced length go on past the end-of-sequence token. */
export function samplingOf({ sampling, conversation }: Scenario): Scenario['sampling'] {
  const ignoreEos = sampling.ignoreEos ?? (conversation.answer.force === true || undefined);
  return { ...sampling, ignoreEos };
}
