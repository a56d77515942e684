import { Backlog } from '../base/backlog.ts';
import type { Clock } from '../base/clock.ts';
import type { Scenario } from '../scenario/schema.ts';
import { bodyWriter } from './body.ts';
import { endpoint } from './endpoint.ts';
import { clientMaker, type Route } from './http-client.ts';
import { Connections } from './http-connection.ts';
import { HttpExchange, type Line } from './http-exchange.ts';
import { headerWriter, OWN_HEADERS, redactor } from './http-headers.ts';
import { answerLimits } from './limits.ts';
import type { Transport } from './transport.ts';
import { wording } from './wording.ts';

export interface HttpOptions {
  readonly target: Scenario['target'];
  readonly sampling: Scenario['sampling'];
  /** The request model. */
  readonly model: string;
  /** Sent as a bearer token, and never shown. */
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  /** Beside what the target says. */
  readonly route?: Pick<Route, 'proxy' | 'certFile'>;
}

/**
 * Sends requests to an OpenAI-style server, every request in flight on a connection of its own. There are
 * no deadlines here: cancel does.
 * @throws UsageError for a target that cannot be used as it is written.
 */
export function httpTransport({
  target,
  sampling,
  model,
  apiKey,
  clock,
  route,
}: HttpOptions): Transport {
  const { api, stream, headers, sessionHeaders, prefillHeader } = target;
  const server = endpoint(target.url);
  const connections = new Connections(clientMaker(server.origin, { ...target, ...route }));
  const bytesMax = target.answerMB && target.answerMB * 2 ** 20;
  const says = wording(redactor({ headers, apiKey, body: target.body }));
  const backlog = new Backlog();
  const line: Line = { origin: server.origin, connections, clock, backlog, says };
  const writeBody = bodyWriter({
    api,
    stream,
    model,
    sampling,
    extra: target.body,
    sessionField: target.sessionField,
  });
  const writeHeaders = headerWriter(
    { headers, sessionHeaders, prefillHeader, apiKey },
    {
      ...OWN_HEADERS,
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
    },
  );
  return {
    send(request, observer) {
      const exchange = new HttpExchange(
        line,
        {
          origin: server.origin,
          method: 'POST',
          path: server[api],
          headers: writeHeaders(request.sessionId, request.headers),
          body: writeBody(request),
        },
        answerLimits(request.maxTokens, bytesMax),
        observer,
      );
      exchange.start();
      return () => exchange.cancel();
    },
    close: () => connections.close(),
  };
}
