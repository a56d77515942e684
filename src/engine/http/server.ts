import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import type { MeteredFleet } from '../metrics/metered.ts';
import type { PromptBuilder } from '../prompt/prompt-builder.ts';
import { serverError } from '../request-error.ts';
import { sendError } from './reply.ts';
import { routes } from './routes.ts';

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

/**
 * Puts the engine behind OpenAI's HTTP API, as vLLM serves it.
 * @throws UsageError if the address cannot be listened on, or for faults that cannot be read.
 */
export async function startServer(
  engines: MeteredFleet,
  options: ServerOptions,
): Promise<EngineServer> {
  const { host = '127.0.0.1', port = 0, keepAliveMs = 5000 } = options;
  const { clock } = engines.fleet;
  const answer = routes(engines, options.prompts);
  const server = createServer({ noDelay: true, keepAliveTimeout: keepAliveMs }, (req, res) => {
    // Once the server is closing, a connection ends with the response that it waits for.
    res.on('close', () => {
      if (!server.listening) server.closeIdleConnections();
    });
    if (server.listening) answer(req, res);
    else sendError(res, serverError('The server is closing, and takes no new requests.', 503));
  });
  await listen(server, host, port);
  const closed = new Promise((resolve) => server.once('close', resolve));
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close: (drainMs = 0) => closeServer(server, clock, closed, drainMs),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UsageError(`cannot listen on ${host}:${port}: ${refusal(error)}`));
    });
    server.listen(port, host, resolve);
  });
}

function refusal({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'it is already in use; try another --port';
  if (code === 'EACCES') return 'not allowed; try a --port from 1024';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `${code}; expected a --host that is an address of this machine`;
  }
  return message;
}

/** Asked again, it takes the shorter time. `closed` is when the server has. */
async function closeServer(
  server: Server,
  clock: Clock,
  closed: Promise<unknown>,
  drainMs: number,
): Promise<void> {
  if (server.listening) server.close();
  const deadline = clock.setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clock.clearTimeout(deadline);
}
