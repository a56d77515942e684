import { Backlog } from '../../base/backlog.ts';
import type { Clock } from '../../base/clock.ts';
import { Poll } from '../../base/poll.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { bodyWriter } from '../body.ts';
import { answerLimits } from '../limits.ts';
import type { Transport } from '../transport.ts';
import { wording } from '../wording.ts';
import { clientMaker, type Route } from './client.ts';
import { Connections } from './connection.ts';
import { CookieJar } from './cookies.ts';
import { endpoint } from './endpoint.ts';
import { HttpExchange } from './exchange.ts';
import { headerWriter, OWN_HEADERS, redactor } from './headers.ts';
import type { Line } from './line.ts';
import { requestIdWriter } from './request-id.ts';
import { READ_AHEAD } from './socket-reads.ts';
import { Stage } from './stage.ts';

export interface HttpOptions {
  readonly target: Scenario['target'];
  readonly sampling: Scenario['sampling'];
  /** The request model. */
  readonly model: string;
  /** Sent as a bearer token, and never shown. */
  readonly apiKey: string | undefined;
  readonly clock: Clock;
  /** Headers of responses that are told of. */
  readonly keepHeaders?: readonly string[] | undefined;
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
  keepHeaders,
  route,
}: HttpOptions): Transport {
  const { url, api, stream, headers, body, requestId: id, reasoningFields } = target;
  const server = endpoint(url);
  const { origin } = server;
  const backlog = new Backlog();
  const reading = { poll: new Poll(clock), backlog };
  const makeClient = clientMaker(origin, { ...target, ...route }, READ_AHEAD);
  const connections = new Connections(makeClient, reading);
  const bytesMax = target.answerMB && target.answerMB * 2 ** 20;
  const says = wording(redactor({ url, headers, apiKey, body }));
  const keptHeaders = keepHeaders?.map((name) => name.toLowerCase());
  const stage = new Stage(reading);
  const line: Line = {
    origin,
    connections,
    clock,
    backlog,
    stage,
    says,
    reasoningFields,
    keptHeaders,
  };
  const writeBody = bodyWriter({
    api,
    promptForm: target.promptForm,
    stream,
    model,
    sampling,
    streamUsage: target.streamUsage,
    maxTokensField: target.maxTokensField,
    requestIdField: id?.field,
    extra: body,
    sessionField: target.sessionField,
  });
  const writeHeaders = headerWriter(
    { ...target, apiKey },
    {
      ...OWN_HEADERS,
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
    },
  );
  const idOf = id && requestIdWriter(id.template);
  const jarOf = target.cookies ? jars(origin) : undefined;
  const path = server[api];
  return {
    send(request, observer) {
      const { sessionId, headers } = request;
      const requestId = idOf?.(request);
      const jar = jarOf?.(request.conversation ?? request);
      const cookies = jar?.header(path, clock.originEpochMs + clock.now());
      const exchange = new HttpExchange(
        line,
        {
          origin: server.origin,
          method: 'POST',
          path,
          headers: writeHeaders({ sessionId, headers, requestId, cookies }),
          body: writeBody(request, requestId),
        },
        answerLimits(request.maxTokens, bytesMax),
        observer,
        jar,
      );
      exchange.start();
      return () => exchange.cancel();
    },
    stage,
    close: () => connections.close(),
  };
}

/** Every conversation has cookies of its own, which live as long as it does. */
function jars(origin: string): (conversation: object) => CookieJar {
  const known = new WeakMap<object, CookieJar>();
  return (conversation) => {
    let jar = known.get(conversation);
    if (!jar) known.set(conversation, (jar = new CookieJar(origin)));
    return jar;
  };
}
