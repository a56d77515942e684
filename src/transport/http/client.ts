import type { OnReadOpts, Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, ProxyAgent } from 'undici';
import { type Connect, connector, secureContextOf, type Trust } from './connector.ts';

/** How a server is reached. */
export interface Route extends Trust {
  /** URL of the proxy in between; undefined: none. */
  readonly proxy?: string | undefined;
}

/** Makes undici's client for one connection to this origin. `onSocket` is told of every socket when it is made. */
export type MakeClient = (onSocket: (socket: Socket) => void) => Dispatcher;

/**
 * undici's own default, stated because it shapes runs: uvicorn (vLLM, SGLang) closes idle connections
 * after 5 s, and a request sent at that moment is lost.
 */
const KEEP_ALIVE_MS = 4_000;
/** Deadlines are the caller's. */
const OPTIONS = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: 0, bodyTimeout: 0 } as const;

/**
 * `onread` takes what is read from sockets that are not a proxy's.
 * @throws UsageError if the certificate authority cannot be read.
 */
export function clientMaker(origin: string, route: Route, onread?: OnReadOpts): MakeClient {
  return route.proxy === undefined
    ? direct(origin, connector(route, onread))
    : proxied(origin, route, route.proxy);
}

function direct(origin: string, connect: Connect): MakeClient {
  return (onSocket) =>
    new Client(origin, {
      ...OPTIONS,
      connect: (to, callback) => onSocket(connect(to, callback)),
    });
}

/** https through a tunnel; http as a request to the proxy, as curl does it: many let tunnels go to port 443 only. */
function proxied(origin: string, route: Route, proxy: string): MakeClient {
  const secureContext = secureContextOf(route);
  const isSecure = [origin, proxy].some((url) => url.startsWith('https:'));
  const tls = {
    ...(isSecure && { secureContext: secureContext() }),
    rejectUnauthorized: !route.insecure,
    ALPNProtocols: ['http/1.1'],
  };
  return (onSocket) =>
    new ProxyAgent({
      uri: proxy,
      proxyTunnel: origin.startsWith('https:'),
      requestTls: tls,
      proxyTls: tls,
      factory: (to, options) => {
        const { connect } = options as { connect: buildConnector.connector };
        return new Client(to, {
          ...OPTIONS,
          connect: (target, callback) =>
            connect(target, (...outcome) => {
              const [, socket] = outcome;
              if (socket) onSocket(socket);
              callback(...outcome);
            }),
        });
      },
    });
}
