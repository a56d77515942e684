import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { Page } from '../report/html/page.ts';
import { LastPage } from './last-page.ts';
import type { LiveDrawing } from './live-drawing.ts';
import { outlineOf } from './outline.ts';
import { eventText, Viewers } from './viewers.ts';

export interface LiveServer {
  readonly url: string;
  /** What the page shows from now on. */
  show(page: Page): void;
  /**
   * The page is told nothing more, and becomes this one as it asks for it: it is made for the first who does. Resolves
   * when all who watch have it, or those who have asked within `askMs`.
   */
  finish(make: () => Promise<Page>, askMs?: number): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const VIEWERS_MAX = 20;
/** A browser far away may take so long to ask for the last page. */
const ASK_MS = 2000;
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
  const clock: Clock = new SystemClock();
  let last: LastPage | undefined;
  let outline = '';
  let drawing: LiveDrawing | undefined;
  let loading: Promise<LiveDrawing> | undefined;
  const drawn = async (): Promise<LiveDrawing> => (drawing ??= await (loading ??= loaded()));
  const server = createServer(async (request, response) => {
    const problem = refusal(request);
    if (problem) return void send(response, problem.status, 'text/plain', problem.text);
    const path = request.url!.split('?')[0];
    if (last && (path === '/' || path === '/report')) {
      return last.give((text) => send(response, 200, HTML, text));
    }
    if (path === '/') {
      return void send(response, 200, HTML, (await drawn()).page(shown));
    }
    if (path !== '/events') return void send(response, 404, 'text/plain', 'Nothing is here.\n');
    await drawn();
    if (response.destroyed) return;
    if (last || viewers.count >= VIEWERS_MAX) {
      return void send(response, last ? 204 : 503, 'text/plain', '');
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
      last = undefined;
      shown = page;
      const { chapters } = page;
      if (!drawing) return;
      const now = outlineOf(chapters);
      const isSame = now === outline;
      outline = now;
      if (!isSame) drawing.begin(chapters);
      if (viewers.count === 0) return;
      const by = drawing;
      viewers.tell(() => by.main(chapters), isSame ? by.parts(chapters) : undefined);
    },
    async finish(make, askMs = ASK_MS) {
      const { count } = viewers;
      const page = new LastPage(async () => (await drawn()).last(await make()));
      last = page;
      if (count === 0) return;
      await viewers.end(eventText('over', ''));
      await page.given(count, { clock, askMs });
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

async function loaded(): Promise<LiveDrawing> {
  const { LiveDrawing } = await import('./live-drawing.ts');
  return new LiveDrawing();
}

const HTML = 'text/html; charset=utf-8';

/** Resolves when it has been taken, or never will be. */
function send(response: ServerResponse, status: number, type: string, body: string): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.writeHead(status, { ...HEADERS, 'content-type': type });
    response.end(body);
  });
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
