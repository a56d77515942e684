import { Dispatcher, EnvHttpProxyAgent } from 'undici';
import { UsageError } from '../../base/errors.ts';
import { withoutUrlSecrets } from '../../base/secret.ts';

/** Ways out of this network, as the environment names them. */
export interface Network {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  /** Hosts that are reached without: separated by commas, `*` for all. */
  readonly noProxy?: string | undefined;
  /** PEM file with the authorities to trust, in place of the usual ones. */
  readonly certFile?: string | undefined;
}

/** This machine is never reached through another. */
const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/i;

/**
 * The proxy through which this origin is reached, as undici's agent decides it; undefined: none.
 * @throws UsageError for a proxy that is no URL.
 */
export function proxyOf(origin: string, network: Network): string | undefined {
  const { protocol, hostname } = new URL(origin);
  if (LOOPBACK.test(hostname)) return undefined;
  const httpProxy = proxyUrl('HTTP_PROXY', network.httpProxy);
  const httpsProxy = proxyUrl('HTTPS_PROXY', network.httpsProxy);
  const proxy = (protocol === 'https:' && httpsProxy) || httpProxy;
  if (!proxy) return undefined;
  let isProxied = false;
  const agent = new EnvHttpProxyAgent({
    ...{ httpProxy, httpsProxy, noProxy: network.noProxy ?? '' },
    // Only an agent for a proxy brings a way to connect of its own.
    factory: (_to: string | URL, { connect }: { connect?: unknown }) => {
      isProxied = typeof connect === 'function';
      return new Nowhere();
    },
  });
  agent.dispatch({ origin, path: '/', method: 'GET' }, {});
  void agent.destroy();
  return isProxied ? proxy : undefined;
}

/** The proxy as it may be shown. */
export function proxyText(proxy: string): string {
  return `through the proxy ${withoutUrlSecrets(proxy).replace(/\/$/, '')}`;
}

/** Sends nothing. */
class Nowhere extends Dispatcher {
  override dispatch(): boolean {
    return true;
  }
  override async close(): Promise<void> {}
  override async destroy(): Promise<void> {}
}

/** With http:// where it has no scheme, as curl has it; empty if there is none. */
function proxyUrl(name: string, given = ''): string {
  if (given === '') return '';
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  if (/^https?:/i.test(url) && URL.canParse(url)) return url;
  throw new UsageError(
    `${name}: found '${withoutUrlSecrets(given)}'; expected a URL such as http://proxy:3128`,
  );
}
