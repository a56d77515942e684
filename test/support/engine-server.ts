import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type EngineServer, startServer } from '../../src/engine/http/server.ts';
import type { MeteredFleet } from '../../src/engine/metrics/metered.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { fleetOf, optionsOf, wordTokenizer } from './engine-rig.ts';
import { PLAIN } from './plain.ts';

/** For polls: vitest's own second is short where other work has the processor. */
export const PATIENCE = { timeout: 20_000, interval: 1 };

/** The server of the running test, closed after it. */
export let server: EngineServer | undefined;
export let engines: MeteredFleet;
/** The only one, or the first behind the router. */
export let engine: Engine;

/** To be called once in every file whose tests start a server. */
export function closeServers(): void {
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
}

export async function start(options: Partial<EngineOptions> = {}): Promise<string> {
  const clock = new SystemClock();
  const all = optionsOf({ gpu: PLAIN, apiMs: 0, devMode: true, ...options });
  engines = fleetOf(clock, all);
  engine = engines.fleet.engines[0]!;
  server = await startServer(engines, { prompts: new PromptBuilder(wordTokenizer()) });
  return server.url;
}

export const chat = {
  messages: [{ role: 'user', content: 'Hello there' }],
  max_tokens: 3,
  min_tokens: 3,
};
export const streamed = { ...chat, stream: true, stream_options: { include_usage: true } };

export function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const json = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', body: text, headers: { ...json, ...headers } });
}

export async function complete(body: unknown, headers?: Record<string, string>): Promise<Response> {
  return post(`${server!.url}/v1/chat/completions`, body, headers);
}

/** The fields of all bodies together. */
interface Body {
  readonly choices: readonly [{ readonly message: { content: string }; readonly text: string }];
  readonly usage: { prompt_tokens_details: { cached_tokens: number } };
  readonly error: object;
  readonly data: readonly object[];
  readonly version: string;
}

export async function json(response: Response | Promise<Response>): Promise<Body> {
  return (await (await response).json()) as Body;
}

/** The data of all events of a stream. */
export async function events(response: Response): Promise<string[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '');
  return blocks.map((block) => block.replace(/^data: /, ''));
}

export async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server!.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`vllm:${name}{`));
  return Number(line?.split(' ').at(-1));
}

/** Everything that comes back for these bytes, until `mark` has come so many times. */
export function raw(bytes: string, mark: string, count: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server!.port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${answer}`)));
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.split(mark).length <= count) return;
      resolve(answer);
      socket.destroy();
    });
  });
}

/** What has come of the answer when it is first looked at, and then at every piece; it is left when told to. */
export function watched(body: unknown, isEnough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${server!.url}/v1/chat/completions`,
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        const look = (): void => {
          if (!isEnough(text)) return;
          resolve(text);
          request.destroy();
        };
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          look();
        });
        response.on('error', () => {});
        look();
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}
