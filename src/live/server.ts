import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../base/errors.ts';
import { type Page, renderChapters, renderPage } from '../report/html/page.ts';
import { outlineOf, partsOf } from './page-parts.ts';
import { LIVE_SCRIPT } from './script.ts';
import { eventText, Viewers } from './viewers.ts';

export interface LiveServer {
  readonly url: string;
  /** What the page shows from now on. */
  show(page: Page): void;
  /** The page becomes this one, and is told nothing more; resolves when all who watch have it. */
  finish(page: Page): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const VIEWERS_MAX = 20;
const EMPTY: Page = { title: 'confab', subtitle: '', chapters: [] };

/**
 * Serves a page that changes as a run goes on, on loopback alone. `onViewers` is told how many watch, whenever that
 * changes: nothing need be shown to nobody.
 * @throws UsageError if the port cannot be had.
 */
export async function startLiveServer(
  port: number,
  onViewers: (count: number) => void = () => {},
): Promise<LiveServer> {
  const viewers = new Viewers(onViewers);
  let shown: Page = EMPTY;
  let isFinal = false;
  let outline = '';
  let turn = 0;
  const server = createServer((request, response) => {
    const problem = refusal(request);
    if (problem) return send(response, problem.status, 'text/plain', problem.text);
    const path = request.url!.split('?')[0];
    if (path === '/') {
      const page = isFinal ? shown : { ...shown, script: LIVE_SCRIPT, isLive: true };
      return send(response, 200, 'text/html; charset=utf-8', renderPage(page));
    }
    if (path !== '/events') return send(response, 404, 'text/plain', 'Nothing is here.\n');
    if (isFinal || viewers.count >= VIEWERS_MAX) {
      return send(response, isFinal ? 204 : 503, 'text/plain', '');
    }
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    response.flushHeaders();
    viewers.add(response);
  });
  server.keepAliveTimeout = 1000;
  await listen(server, port);
  const { port: got } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${got}/`,
    show(page) {
      if (isFinal) {
        isFinal = false;
        outline = '';
      }
      shown = page;
      if (viewers.count === 0) return;
      const { chapters } = page;
      const now = outlineOf(chapters);
      const isSame = now === outline;
      outline = now;
      turn++;
      viewers.tell(
        () => eventText('main', renderChapters(chapters)),
        isSame ? () => eventText('parts', partsOf(chapters, turn)) : undefined,
      );
    },
    async finish(page) {
      shown = page;
      isFinal = true;
      if (viewers.count > 0) await viewers.end(eventText('final', renderPage(page)));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type });
  response.end(body);
}

/** By these names a browser may call it, on any port: that of a tunnel is another. */
const NAMES = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/** A page of somebody else's may have a name that leads here (DNS rebinding): it is told nothing. */
function refusal({ method, headers }: IncomingMessage) {
  if (!NAMES.test(headers.host ?? '')) {
    return { status: 403, text: 'Expected the host 127.0.0.1 or localhost.\n' };
  }
  if (method !== 'GET') return { status: 405, text: 'Expected GET.\n' };
  return undefined;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const hint = {
        EADDRINUSE: 'it is in use; expected another, or --live without one for any that is free',
        EACCES: 'not allowed; expected one from 1024',
      }[code ?? ''];
      reject(new UsageError(`--live: cannot listen on ${HOST}:${port}: ${hint ?? message}`));
    });
    server.listen(port, HOST, resolve);
  });
}
