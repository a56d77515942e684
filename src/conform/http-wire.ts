import { type Clock, sleep } from '../base/clock.ts';
import { connectionErrorText } from '../transport/http/connection-error.ts';
import { endpoint } from '../transport/http/endpoint.ts';
import { getter, type ServerAccess } from '../transport/http/get.ts';
import { redactor } from '../transport/http/headers.ts';
import { poster } from '../transport/http/post.ts';
import { wording } from '../transport/wording.ts';
import type { Place, Wire } from './wire.ts';

/** @param secMax a request whose answer takes longer has none */
export function httpWire(access: ServerAccess, clock: Clock, secMax: number): Wire {
  const server = endpoint(access.url);
  const beside = (page: string): string => server.version.replace(/\/version(?=\?|$)/, `/${page}`);
  const paths = {
    completions: server.completions,
    chat: server.chat,
    models: server.models,
    version: server.version,
    metrics: server.metrics,
    tokenize: beside('tokenize'),
    // Without it vLLM leaves what it has offloaded alone.
    resetPrefixCache: withQuery(beside('reset_prefix_cache'), 'reset_external=true'),
    flushCache: beside('flush_cache'),
  } satisfies Record<Place, string>;
  const get = getter(server.origin, access);
  const post = poster(server.origin, access, secMax);
  const says = wording(redactor(access));
  const worded = <T>(reply: Promise<T>): Promise<T> =>
    reply.catch((error) => {
      throw new Error(says(connectionErrorText(error)));
    });
  return {
    post: (place, body, sending) => worded(post(paths[place], JSON.stringify(body), sending)),
    get: (place) => worded(get(paths[place])),
    sleep: (ms) => sleep(clock, ms),
    says: (text) => says(text),
  };
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}
