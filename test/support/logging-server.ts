import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as the server got it. */
export interface Logged {
  /** 0-based, over POST requests; probes are not counted. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape
  readonly body: any;
  /** Milliseconds, on the test's clock, when the body had been read. */
  readonly atMs: number;
  /** When each delta of the answer was written. */
  readonly writtenMs: number[];
  /** When the response had been sent or its connection had died. */
  endMs?: number;
  /** The client left before the response was complete. */
  wasLeft?: boolean;
}

export interface Delta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly role?: string;
  /** Milliseconds before this one is sent. */
  readonly afterMs?: number;
}

/** What the server does with one request. */
export type Reply =
  | {
      readonly kind?: 'answer';
      readonly ttftMs?: number;
      /** Tokens of the answer, one a delta. Default: 3. */
      readonly tokens?: number;
      readonly tokenMs?: number;
      /** Instead of `tokens`. */
      readonly deltas?: readonly Delta[];
      /** false: none. Default: 7 tokens a message, and the tokens of the answer. */
      readonly usage?: false | object;
      readonly cachedTokens?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 200 with a body that is neither events nor JSON. */
  | { readonly kind: 'garbage' }
  /** The connection is reset at once. */
  | { readonly kind: 'reset' }
  /** The connection is reset after the first token. */
  | { readonly kind: 'cut' }
  /** No byte is ever sent. */
  | { readonly kind: 'silence' };

export interface LoggingServer {
  readonly url: string;
  /** POST requests, in the order of arrival. */
  readonly requests: Logged[];
  /** GET requests: the probe. */
  readonly probes: Logged[];
  readonly inFlightMax: number;
  /** Resolves when so many POST requests have arrived. */
  arrived(count: number): Promise<void>;
  /** Every connection is destroyed and no other is accepted. */
  kill(): void;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly reply?: (request: Logged) => Reply;
  /** false: 404 for everything but POST. */
  readonly hasProbes?: boolean;
  /** Status of each GET /health, counted from 0; default: 404. */
  readonly health?: (index: number) => number;
}

/** An OpenAI-style server on a free loopback port that logs every request and answers by a script. */
export async function startLoggingServer({
  reply = () => ({}),
  hasProbes = true,
  health,
}: ServerOptions = {}): Promise<LoggingServer> {
  let looks = 0;
  const requests: Logged[] = [];
  const probes: Logged[] = [];
  const sockets = new Set<Socket>();
  const waiters = new Set<{ count: number; resolve: () => void }>();
  let inFlight = 0;
  let inFlightMax = 0;

  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('error', () => {});
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      const text = Buffer.concat(pieces).toString();
      const isProbe = incoming.method !== 'POST';
      const list = isProbe ? probes : requests;
      const logged: Logged = {
        index: list.length,
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: text === '' ? undefined : JSON.parse(text),
        atMs: performance.now(),
        writtenMs: [],
      };
      list.push(logged);
      if (isProbe && health && logged.path === '/health') {
        response.writeHead(health(looks++)).end();
        return;
      }
      if (isProbe) {
        answerProbe(logged, response, hasProbes);
        return;
      }
      inFlightMax = Math.max(inFlightMax, ++inFlight);
      response.on('error', () => {});
      response.on('close', () => {
        inFlight--;
        logged.endMs = performance.now();
        logged.wasLeft = !response.writableFinished;
      });
      for (const waiter of waiters) {
        if (requests.length < waiter.count) continue;
        waiters.delete(waiter);
        waiter.resolve();
      }
      void answer(logged, reply(logged), response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const kill = (): void => {
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    probes,
    get inFlightMax() {
      return inFlightMax;
    },
    arrived: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiters.add({ count, resolve });
      }),
    kill,
    async close() {
      kill();
    },
  };
}

function answerProbe({ path }: Logged, response: ServerResponse, hasProbes: boolean): void {
  const known: Record<string, object> = {
    '/v1/models': { object: 'list', data: [{ id: 'mock', object: 'model' }] },
    '/version': { version: '0.0.1' },
  };
  const body = hasProbes ? known[path] : undefined;
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { detail: 'Not Found' }));
}

async function answer(request: Logged, reply: Reply, response: ServerResponse): Promise<void> {
  switch (reply.kind) {
    case 'status':
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify({ error: { message: reply.text ?? 'scripted failure' } }));
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta"\n\n\u0000\u0001 what is this\n\n');
      return;
    case 'reset':
      (response.socket as Socket | null)?.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event(request, { content: 'cut' }), () => {
        (response.socket as Socket | null)?.resetAndDestroy();
      });
      return;
    default:
      await speak(request, reply, response);
  }
}

type Answer = Extract<Reply, { kind?: 'answer' }>;

async function speak(request: Logged, reply: Answer, response: ServerResponse): Promise<void> {
  // Of /start_profile and its like nothing but a status is expected.
  if (request.body === undefined) {
    response.end();
    return;
  }
  const { ttftMs = 0, tokenMs = 0 } = reply;
  const deltas =
    reply.deltas ??
    Array.from({ length: reply.tokens ?? 3 }, (_, index) => ({
      content: index ? ` word${index}` : `answer ${request.index}`,
    }));
  const usage = usageOf(request, reply, deltas.length);
  await passed(ttftMs);
  if (!request.body.stream) {
    const content = deltas.map((delta) => delta.content ?? '').join('');
    const choice = isChat(request)
      ? { message: { role: 'assistant', content } }
      : { text: content };
    response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
    response.end(JSON.stringify({ choices: [{ ...choice, finish_reason: 'stop' }], usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  if (isChat(request)) response.write(event(request, { role: 'assistant', content: '' }));
  for (const [index, delta] of deltas.entries()) {
    const { afterMs = index ? tokenMs : 0, ...rest } = delta as Delta;
    await passed(afterMs);
    if (response.destroyed) return;
    request.writtenMs.push(performance.now());
    response.write(event(request, rest));
  }
  response.write(event(request, {}, 'stop'));
  if (usage && request.body.stream_options?.include_usage) {
    response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

function usageOf(request: Logged, { usage, cachedTokens }: Answer, tokens: number) {
  if (usage === false) return undefined;
  return {
    prompt_tokens: 7 * (request.body.messages?.length ?? 1),
    completion_tokens: tokens,
    ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...usage,
  };
}

function event(request: Logged, delta: Delta, finish: string | null = null): string {
  const choice = isChat(request) ? { delta } : { text: delta.content ?? '' };
  return `data: ${JSON.stringify({ choices: [{ index: 0, ...choice, finish_reason: finish }] })}\n\n`;
}

function isChat({ path }: Logged): boolean {
  return path.includes('/chat/');
}

function passed(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
