import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { version } from '../../base/version.ts';
import type { EngineFleet } from '../engine.ts';
import { HttpMetrics, type Served } from '../metrics/http-metrics.ts';
import type { MeteredFleet } from '../metrics/metered.ts';
import { processFamilies } from '../metrics/process-metrics.ts';
import type { PromptBuilder } from '../prompt/prompt-builder.ts';
import { completionsEndpoint } from './completions-endpoint.ts';
import { allowOrigin, preflight } from './cross-origin.ts';
import { modelJson } from './model-card.ts';
import { sendJson } from './reply.ts';
import { detokenizeEndpoint, tokenizeEndpoint } from './tokenize-endpoint.ts';

/** The endpoints of a path, by method. */
type Methods = Readonly<Partial<Record<string, RequestListener>>>;

/**
 * What the server answers: OpenAI's API as vLLM serves it, with vLLM's and SGLang's endpoints around it.
 * @throws UsageError for faults of the engine's options that cannot be read.
 */
export function routes(engines: MeteredFleet, prompts: PromptBuilder): RequestListener {
  const { clock } = engines.fleet;
  const http = new HttpMetrics(clock);
  const metricsText = engines.page.text.bind(undefined, processFamilies(clock), http.families);
  const methodsOf = pathsOf(engines, prompts, metricsText);
  return (req, res) => {
    const startMs = clock.now();
    allowOrigin(req, res);
    if (preflight(req, res)) return;
    const [path, query] = req.url!.split('?') as [string, string?];
    const methods = methodsOf.get(path);
    const handler = methods?.[req.method!] && path;
    res.on('close', () => http.count(servedOf(req, res, handler, clock.now() - startMs)));
    if (!methods) return notThere(path, query, methodsOf, res);
    const endpoint = methods[req.method!];
    if (endpoint) return endpoint(req, res);
    res.setHeader('allow', Object.keys(methods).join(', '));
    sendJson(res, 405, '{"detail":"Method Not Allowed"}');
  };
}

/** As vLLM's web framework has it: a slash too many leads to the path without it. */
function notThere(
  path: string,
  query: string | undefined,
  methodsOf: ReadonlyMap<string, Methods>,
  res: ServerResponse,
): void {
  const shorter = path.replace(/\/$/, '');
  if (shorter === path || !methodsOf.has(shorter)) {
    sendJson(res, 404, '{"detail":"Not Found"}');
    return;
  }
  res.writeHead(307, { location: shorter + (query === undefined ? '' : `?${query}`) });
  res.end();
}

function servedOf(
  req: IncomingMessage,
  res: ServerResponse,
  handler: string | undefined,
  ms: number,
): Served {
  return {
    ...{ handler, method: req.method!, status: res.statusCode, seconds: ms / 1000 },
    requestBytes: Number(req.headers['content-length'] ?? 0),
    responseBytes: Number(res.getHeader('content-length') ?? 0),
  };
}

function pathsOf(
  engines: MeteredFleet,
  prompts: PromptBuilder,
  metricsText: () => string,
): Map<string, Methods> {
  const { fleet: engine, serving, page } = engines;
  const { model, devMode } = engine.options;
  const complete = completionsEndpoint(serving, prompts);
  const tokenizing = { prompts, model, lengthLimit: engine.lengthLimit };
  const ok: RequestListener = (_, res) => void res.setHeader('content-length', 0).end();
  const json =
    (value: () => unknown): RequestListener =>
    (_, res) =>
      sendJson(res, 200, JSON.stringify(value()));
  const all: [string, Methods][] = [
    ['/v1/chat/completions', { POST: (req, res) => complete('chat', req, res) }],
    ['/v1/completions', { POST: (req, res) => complete('completions', req, res) }],
    ['/v1/models', { GET: json(() => ({ object: 'list', data: [modelJson(engine)] })) }],
    ['/tokenize', { POST: tokenizeEndpoint(tokenizing) }],
    ['/detokenize', { POST: detokenizeEndpoint(tokenizing) }],
    ['/health', { GET: ok }],
    ['/ping', { GET: ok, POST: ok }],
    ['/version', { GET: json(() => ({ version: version() })) }],
    ['/load', { GET: json(() => ({ server_load: requestsIn(engine) })) }],
    [
      '/metrics',
      {
        GET(_, res) {
          res.setHeader('content-type', page.contentType);
          res.end(metricsText());
        },
      },
    ],
  ];
  return new Map(devMode ? [...all, ...devPaths(engine)] : all);
}

/** What servers have for those who develop them. */
function devPaths(engine: EngineFleet): [string, Methods][] {
  const flush: RequestListener = (_, res) => flushCache(engine, res);
  return [
    ['/reset_prefix_cache', { POST: (req, res) => resetPrefixCache(engine, req, res) }],
    ['/flush_cache', { GET: flush, POST: flush }],
  ];
}

function requestsIn({ engines }: EngineFleet): number {
  return engines.reduce((sum, { stats }) => sum + stats.running + stats.waiting, 0);
}

/**
 * vLLM's; its connector, and so what it has offloaded, is left alone unless the query asks for it. It answers 200
 * whether or not requests kept the cache from being emptied.
 */
function resetPrefixCache({ engines }: EngineFleet, req: IncomingMessage, res: ServerResponse) {
  const withTiers = /[?&]reset_(connector|external)=(true|1)\b/.test(req.url!);
  for (const engine of engines) engine.resetPrefixCache({ withTiers });
  res.setHeader('content-length', 0).end();
}

/** SGLang's, which flushes all of its tiers, and does nothing while any request runs or waits. */
function flushCache(engine: EngineFleet, res: ServerResponse): void {
  const isFlushed =
    requestsIn(engine) === 0 &&
    engine.engines.map((one) => one.resetPrefixCache({ withTiers: true })).every(Boolean);
  res.writeHead(isFlushed ? 200 : 400, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(FLUSHED);
}

/** In SGLang's words, which are the same for both outcomes. */
const FLUSHED =
  'Cache flushed.\nPlease check backend logs for more details. ' +
  '(When there are running or waiting requests, the operation will not be performed.)\n';
