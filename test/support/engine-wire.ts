import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { VirtualClock } from '../../src/base/clock.ts';
import type { Place, Wire } from '../../src/conform/wire.ts';
import { routes } from '../../src/engine/http/routes.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { fleetOf, optionsOf, wordTokenizer } from './engine-rig.ts';

const PATHS: Readonly<Record<Place, string>> = {
  completions: '/v1/completions',
  chat: '/v1/chat/completions',
  tokenize: '/tokenize',
  resetPrefixCache: '/reset_prefix_cache?reset_external=true',
  flushCache: '/flush_cache',
  models: '/v1/models',
  version: '/version',
  metrics: '/metrics',
};

/** The embedded engine's API in this process, on simulated time: what a client would be sent, without sockets. */
export function engineWire(options: Partial<EngineOptions> = {}): Wire {
  const clock = new VirtualClock();
  const all = optionsOf({ devMode: true, ...options });
  const engines = fleetOf(clock, all);
  const { defects, seed } = all;
  const isReasoning = all.reasoningTokens > 0;
  const prompts = new PromptBuilder(wordTokenizer(), { defects, seed, isReasoning, clock });
  const listener = routes(engines, prompts);
  const send = async (method: string, place: Place, body?: object, sending = {}) => {
    const exchange = new Exchange(listener, { method, path: PATHS[place], body }, sending);
    while (!exchange.isOver) {
      // What arrives does so between two timers of the engine.
      await new Promise((resolve) => setImmediate(resolve));
      if (!exchange.isOver) clock.run(clock.now() + STEP_MS);
    }
    return { status: exchange.status, text: exchange.text };
  };
  return {
    post: (place, body, sending) => send('POST', place, body, sending),
    get: (place) => send('GET', place),
    async sleep(ms) {
      clock.run(clock.now() + ms);
    },
    says: (text) => text,
  };
}

const STEP_MS = 20;

interface Sending {
  readonly signal?: AbortSignal | undefined;
  readonly onText?: ((text: string) => void) | undefined;
}

/** One request and its response, as much of them as the engine looks at. */
class Exchange {
  status = 200;
  text = '';
  isOver = false;

  constructor(
    listener: RequestListener,
    { method, path, body }: { method: string; path: string; body: object | undefined },
    { signal, onText }: Sending,
  ) {
    const request = Readable.from(body ? [Buffer.from(JSON.stringify(body))] : []);
    Object.assign(request, { method, url: path, headers: { 'content-type': 'application/json' } });
    const response = new Writable({
      decodeStrings: false,
      write: (piece: string | Buffer, _, done) => {
        const more = piece.toString();
        this.text += more;
        done();
        onText?.(more);
      },
    });
    Object.assign(response, {
      setHeader: () => response,
      getHeader: () => undefined,
      writeHead: (status: number) => {
        this.status = status;
        return response;
      },
      flushHeaders: () => {},
    });
    response.on('close', () => (this.isOver = true));
    signal?.addEventListener('abort', () => response.destroy());
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  }
}
