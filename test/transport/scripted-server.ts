import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0-based number of the connection it came on. */
  readonly connection: number;
  /** 0-based number of the request on that connection. */
  readonly nth: number;
}

/** Answers a request with whatever bytes it likes. */
export type Play = (socket: Socket, request: Received) => void;

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly Received[];
  /** Connections that are open. */
  readonly open: number;
  close(): Promise<void>;
}

/** A loopback server that reads HTTP/1.1 properly and answers as badly as the test wants. */
export async function serve(
  play: Play,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<ScriptedServer> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const accept = (socket: Socket): void => {
    const connection = connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    readRequests(socket, (request, nth) => {
      const received = { ...request, connection, nth };
      requests.push(received);
      play(socket, received);
    });
  };
  const server = tls ? createTlsServer(tls, accept) : createTcpServer(accept);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    get open() {
      return sockets.size;
    },
    close: () => closed(server, sockets),
  };
}

/** A port that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = await serve(() => {});
  await server.close();
  return Number(new URL(server.url).port);
}

type Bare = Omit<Received, 'connection' | 'nth'>;

function readRequests(socket: Socket, onRequest: (request: Bare, nth: number) => void): void {
  let bytes = Buffer.alloc(0);
  let nth = 0;
  socket.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    for (;;) {
      const headEnd = bytes.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const [start, ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [
          line.slice(0, line.indexOf(':')).toLowerCase(),
          line.slice(line.indexOf(':') + 1).trim(),
        ]),
      );
      const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
      if (bytes.length < end) return;
      const [method, path] = start!.split(' ') as [string, string];
      const body = bytes.toString('utf8', headEnd + 4, end);
      bytes = bytes.subarray(end);
      onRequest({ method, path, headers, body }, nth++);
    }
  });
}

async function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

/** The head of a response. */
export function head(status: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** A whole response with a length. */
export function response(
  status: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  return head(status, { 'content-length': String(Buffer.byteLength(body)), ...headers }) + body;
}

export const STREAM_HEAD = head('200 OK', {
  'content-type': 'text/event-stream',
  'transfer-encoding': 'chunked',
});

export function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const LAST_CHUNK = '0\r\n\r\n';

export function event(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

export function contentEvent(content: string, finishReason: string | null = null): string {
  return event({ choices: [{ index: 0, delta: { content }, finish_reason: finishReason }] });
}

/** A whole and orderly stream that says this text. */
export function stream(...texts: string[]): string {
  const events = [
    event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
    ...texts.map((text, index) => contentEvent(text, index + 1 < texts.length ? null : 'length')),
    event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: texts.length } }),
    event('[DONE]'),
  ];
  return STREAM_HEAD + events.map(httpChunk).join('') + LAST_CHUNK;
}
