import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import type { Engine } from '../engine.ts';
import { engineMetrics } from '../metrics/metrics.ts';
import type { PromptBuilder } from '../prompt.ts';
import { notFound, serverError } from '../request-error.ts';
import { completionsEndpoint } from './completions-endpoint.ts';
import { sendError, sendJson } from './reply.ts';

export interface ServerOptions {
  readonly prompts: PromptBuilder;
  /** Default: loopback. */
  readonly host?: string;
  /** 0 (the default): any free port. */
  readonly port?: number;
  /** How long an idle connection is kept; default 5000, as uvicorn does. */
  readonly keepAliveMs?: number;
}

export interface EngineServer {
  /** Without a trailing slash, and without /v1. */
  readonly url: string;
  readonly port: number;
  /** Accepts nothing new, lets requests in flight end for so long (default 0), and then cuts them off. */
  close(drainMs?: number): Promise<void>;
}

type Endpoint = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * Puts the engine behind OpenAI's HTTP API, as vLLM serves it.
 * @throws UsageError if the address cannot be listened on, or for faults that cannot be read.
 */
export async function startServer(engine: Engine, options: ServerOptions): Promise<EngineServer> {
  const { host = '127.0.0.1', port = 0, keepAliveMs = 5000 } = options;
  const endpoints = endpointsOf(engine, options);
  const server = createServer({ noDelay: true, keepAliveTimeout: keepAliveMs }, (req, res) => {
    // Once the server is closing, a connection ends with the response that it waits for.
    res.on('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
    const path = req.url!.split('?')[0];
    const endpoint = endpoints.get(`${req.method} ${path}`);
    if (endpoint) endpoint(req, res);
    else sendError(res, notFound(`There is no ${req.method} ${path}.`));
  });
  await listen(server, host, port);
  const closed = new Promise((resolve) => server.once('close', resolve));
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close: (drainMs = 0) => closeServer(server, engine, closed, drainMs),
  };
}

function endpointsOf(engine: Engine, options: ServerOptions): Map<string, Endpoint> {
  const metrics = engineMetrics(engine);
  const complete = completionsEndpoint(engine, { prompts: options.prompts, metrics });
  const models = JSON.stringify({ object: 'list', data: [modelJson(engine)] });
  return new Map<string, Endpoint>([
    ['POST /v1/chat/completions', (req, res) => complete('chat', req, res)],
    ['POST /v1/completions', (req, res) => complete('completions', req, res)],
    ['GET /v1/models', (_, res) => sendJson(res, 200, models)],
    ['GET /health', (_, res) => void res.end()],
    ['GET /version', (_, res) => sendJson(res, 200, JSON.stringify({ version: version() }))],
    [
      'GET /metrics',
      async (_, res) => {
        res.setHeader('content-type', metrics.registry.contentType);
        res.end(await metrics.registry.metrics());
      },
    ],
    [
      'POST /reset_prefix_cache',
      (_, res) => {
        if (engine.resetPrefixCache()) res.end();
        else sendError(res, serverError('The cache is not reset while requests use it.', 409));
      },
    ],
  ]);
}

function modelJson(engine: Engine): unknown {
  const { model } = engine.options;
  return {
    id: model,
    object: 'model',
    created: Math.floor(engine.clock.originEpochMs / 1000),
    owned_by: 'confab',
    root: model,
    parent: null,
    max_model_len: engine.lengthLimit,
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'it is already in use' : (error.code ?? error.message);
      reject(new UsageError(`cannot listen on ${host}:${port}: ${reason}; try another --port`));
    });
    server.listen(port, host, resolve);
  });
}

/** Asked again, it takes the shorter time. `closed` is when the server has. */
async function closeServer(
  server: Server,
  engine: Engine,
  closed: Promise<unknown>,
  drainMs: number,
): Promise<void> {
  if (server.listening) server.close();
  const deadline = engine.clock.setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  engine.clock.clearTimeout(deadline);
}
