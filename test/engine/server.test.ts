import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { Engine } from '../../src/engine/engine.ts';
import { PromptBuilder } from '../../src/engine/prompt.ts';
import { type EngineServer, startServer } from '../../src/engine/server.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { optionsOf, words, wordTokenizer } from './bench.ts';

let server: EngineServer | undefined;
let engine: Engine;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(options: Partial<EngineOptions> = {}): Promise<string> {
  engine = new Engine(new SystemClock(), optionsOf({ gpu: 'h100', apiMs: 0, ...options }), words);
  server = await startServer(engine, { prompts: new PromptBuilder(wordTokenizer()) });
  return server.url;
}

const chat = { messages: [{ role: 'user', content: 'Hello there' }], max_tokens: 3, min_tokens: 3 };
const streamed = { ...chat, stream: true, stream_options: { include_usage: true } };

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', body: text, headers });
}

async function complete(body: unknown, headers?: Record<string, string>): Promise<Response> {
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

async function json(response: Response | Promise<Response>): Promise<Body> {
  return (await (await response).json()) as Body;
}

/** The data of all events of a stream. */
async function events(response: Response): Promise<string[]> {
  const blocks = (await response.text()).split('\n\n').filter((block) => block !== '');
  return blocks.map((block) => block.replace(/^data: /, ''));
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server!.url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`vllm:${name}{`));
  return Number(line?.split(' ').at(-1));
}

describe('a stream', () => {
  test('has the chunks of vLLM: role, one a token, the reason, the usage, [DONE]', async () => {
    await start({ model: 'm' });
    const response = await complete(streamed);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const data = await events(response);
    const head =
      /^{"id":"chatcmpl-confab-1","object":"chat.completion.chunk","created":\d+,"model":"m","choices":\[/;
    for (const event of data.slice(0, -1)) expect(event).toMatch(head);
    const tails = data.map((event) => event.replace(head, ''));
    expect(tails[0]).toBe(
      '{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}',
    );
    for (const tail of tails.slice(1, 4)) {
      expect(tail).toMatch(
        /^{"index":0,"delta":{"content":" w[a-z]{2}"},"logprobs":null,"finish_reason":null}]}$/,
      );
    }
    expect(tails.slice(4)).toEqual([
      '{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"length","stop_reason":null}]}',
      '],"usage":{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":0}}}',
      '[DONE]',
    ]);
  });

  test('sends its head before the first token, and every token in an event of its own', async () => {
    await start({ gpu: 'a6000' });
    const long = { ...streamed, messages: [{ role: 'user', content: 'a b c '.repeat(200) }] };
    const { headMs, pieces } = await timed(long);
    expect(headMs).toBeLessThan(pieces[0]!.atMs - 50);
    const tokens = pieces.filter(({ text }) => text.includes('"content":" w'));
    expect(tokens).toHaveLength(3);
    expect(tokens[2]!.atMs - tokens[0]!.atMs).toBeGreaterThan(2 * 20);
  });

  test('has no usage that was not asked for', async () => {
    await start();
    const data = await events(await complete({ ...chat, stream: true }));
    expect(data.join()).not.toContain('usage');
    expect(data.at(-1)).toBe('[DONE]');
  });

  test('of completions has text instead of deltas', async () => {
    await start();
    const body = { prompt: 'Hello there', max_tokens: 2, ignore_eos: true, stream: true };
    const data = await events(await post(`${server!.url}/v1/completions`, body));
    const [first, , last] = data.slice(0, -1).map((event) => JSON.parse(event));
    expect(first.object).toBe('text_completion');
    expect(first.choices[0].text).toMatch(/^ w/);
    expect(last.choices[0]).toMatchObject({ text: '', finish_reason: 'length' });
  });

  test('ends in the engine when the client goes away', async () => {
    await start();
    const aborter = new AbortController();
    const response = await fetch(`${server!.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...streamed, max_tokens: 100_000, min_tokens: 100_000 }),
      signal: aborter.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    expect(await metric('num_requests_running')).toBe(1);
    aborter.abort();
    await expect.poll(() => engine.stats.running).toBe(0);
    expect(engine.stats.kvUsage).toBe(0);
  });
});

describe('an answer without streaming', () => {
  test('is one document with the usage', async () => {
    await start({ model: 'm' });
    expect(await json(complete(chat))).toEqual({
      id: 'chatcmpl-confab-1',
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: expect.stringMatching(/^( w[a-z]{2}){3}$/) },
          logprobs: null,
          finish_reason: 'length',
          stop_reason: null,
        },
      ],
      usage: {
        prompt_tokens: 7,
        total_tokens: 10,
        completion_tokens: 3,
        prompt_tokens_details: { cached_tokens: 0 },
      },
    });
  });

  test('is the same text as the stream, and cached_tokens is left out where it is not reported', async () => {
    await start({ reportCached: false });
    const whole = await json(complete(chat));
    const chunks = (await events(await complete(streamed)))
      .slice(0, -1)
      .map((one) => JSON.parse(one));
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(whole.choices[0].message.content).toBe(text);
    expect(whole.usage).toEqual({ prompt_tokens: 7, total_tokens: 10, completion_tokens: 3 });
  });

  test('of completions takes token ids, and 16 tokens by default', async () => {
    await start();
    const url = `${server!.url}/v1/completions`;
    const answer = await json(post(url, { prompt: [5, 6, 7], ignore_eos: true }));
    expect(answer.choices[0].text).toMatch(/^( w[a-z]{2}){16}$/);
    expect(answer.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 16 });
  });
});

test('the history of a conversation is found in the cache, over HTTP as within', async () => {
  await start({ blockTokens: 1 });
  const first = await json(complete(chat));
  const messages = [...chat.messages, first.choices[0].message, { role: 'user', content: 'And' }];
  const second = await json(complete({ ...chat, messages }));
  expect(second.usage.prompt_tokens_details.cached_tokens).toBe(7 + 3 - 1);
  const salted = await json(complete({ ...chat, messages, cache_salt: 'x' }));
  expect(salted.usage.prompt_tokens_details.cached_tokens).toBe(0);
  expect(await metric('prefix_cache_hits_total')).toBe(9);
});

describe('a request that is wrong', () => {
  test.each<[string, unknown, number, string | null, RegExp]>([
    ['not JSON', '{"messages":', 400, null, /The body is not JSON/],
    ['not an object', '3', 400, 'body', /expected object/],
    ['without messages', {}, 400, 'messages', /messages: Invalid input: expected array/],
    ['with no messages', { messages: [] }, 400, 'messages', />=1 items/],
    [
      'with a number as content',
      { messages: [{ role: 'user', content: 3 }] },
      400,
      'messages.0.content',
      /expected a string or a list of text parts/,
    ],
    [
      'with an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      'messages.0.content',
      /text parts/,
    ],
    ['for no tokens', { ...chat, max_tokens: 0 }, 400, 'max_tokens', />=1/],
    [
      'for more than allowed',
      { ...chat, min_tokens: 9 },
      400,
      'min_tokens',
      /less than or equal to max_tokens=3, got 9/,
    ],
    ['for two answers', { ...chat, n: 2 }, 400, 'n', /n: only 1 is supported/],
    [
      'with stream options only',
      { ...chat, stream_options: {} },
      400,
      'stream_options',
      /stream=True/,
    ],
    [
      'for another model',
      { ...chat, model: 'x' },
      404,
      'model',
      /^The model `x` does not exist\.$/,
    ],
    [
      'with an unknown fault',
      { ...chat, confab_fault: 'boom' },
      400,
      'confab_fault',
      /found 'boom'; expected FAULT/,
    ],
    [
      'that is too long',
      { ...chat, max_tokens: 200_000 },
      400,
      null,
      /maximum context length is 131072 tokens. However, you requested 200007 tokens/,
    ],
  ])('%s is refused in the shape of OpenAI', async (_, body, code, param, message) => {
    await start();
    const response = await complete(body);
    expect(response.status).toBe(code);
    const { error } = await json(response);
    expect(error).toMatchObject({ code, param, message: expect.stringMatching(message) });
    expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code']);
  });

  test('to an unknown path is not found', async () => {
    const url = await start();
    expect((await fetch(`${url}/v1/chat/completions`)).status).toBe(404);
    expect((await post(`${url}/v1/embeddings`, {})).status).toBe(404);
  });
});

describe('the other endpoints', () => {
  test('name the model, the version, and health', async () => {
    const url = await start({ model: 'm', blocks: 101 });
    const models = await json(fetch(`${url}/v1/models`));
    expect(models.data).toMatchObject([{ id: 'm', object: 'model', max_model_len: 1600 }]);
    expect((await json(fetch(`${url}/version`))).version).toMatch(/^\d+\.\d+\.\d+/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test('metrics have the names and units of vLLM', async () => {
    const url = await start({ model: 'm', blocks: 1001 });
    await complete(chat);
    await (await complete(streamed)).text();
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of [
      'vllm:prompt_tokens_total{model_name="m",engine="0"} 14',
      'vllm:generation_tokens_total{model_name="m",engine="0"} 6',
      'vllm:prefix_cache_queries_total{model_name="m",engine="0"} 14',
      'vllm:request_success_total{finished_reason="length",model_name="m",engine="0"} 2',
      'vllm:time_to_first_token_seconds_count{model_name="m",engine="0"} 2',
      'vllm:inter_token_latency_seconds_count{model_name="m",engine="0"} 4',
      'vllm:request_time_per_output_token_seconds_count{model_name="m",engine="0"} 2',
      'vllm:e2e_request_latency_seconds_bucket{le="0.3",model_name="m",engine="0"} 2',
      'vllm:num_preemptions_total{model_name="m",engine="0"} 0',
      'vllm:kv_cache_usage_perc{model_name="m",engine="0"} 0',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toContain('cache_config_info{block_size="16",num_gpu_blocks="1001",');
  });

  test('the prefix cache is reset, unless it is in use', async () => {
    const url = await start({ blockTokens: 1 });
    await complete(chat);
    expect((await post(`${url}/reset_prefix_cache`, '')).status).toBe(200);
    const again = await json(complete(chat));
    expect(again.usage.prompt_tokens_details.cached_tokens).toBe(0);
    const running = complete({ ...chat, max_tokens: 20, min_tokens: 20 });
    await expect.poll(() => engine.stats.running, { interval: 1 }).toBe(1);
    expect((await post(`${url}/reset_prefix_cache`, '')).status).toBe(409);
    await running;
  });
});

describe('faults', () => {
  test('planted by header or body spoil that request alone', async () => {
    await start();
    expect((await complete(chat, { 'x-confab-fault': 'status=503' })).status).toBe(503);
    expect((await complete({ ...chat, confab_fault: 'status=429' })).status).toBe(429);
    expect((await complete(chat)).status).toBe(200);
  });

  test.each(['reset', 'reset-mid'])('%s breaks the connection', async (confab_fault) => {
    await start();
    const response = complete({ ...streamed, confab_fault }).then((one) => one.text());
    await expect(response).rejects.toThrow(/fetch failed|terminated/);
  });

  test.each<[string, RegExp]>([
    ['garbage=1', /content":" w[^\n]*\n\ndata: {"id": chatcmpl.\n\n$/s],
    ['truncate=1', /content":" w[^\n]*\n\n$/],
    [
      'error-event=1',
      /content":" w[^\n]*\n\ndata: {"error":{"message":"injected fault",.*"code":500}}\n\ndata: \[DONE\]\n\n$/,
    ],
    [
      'empty',
      /"role":"assistant","content":""}[^\n]*\n\n[^\n]*"finish_reason":"length"[^\n]*\n\n[^\n]*"completion_tokens":3/,
    ],
    ['no-usage', /"finish_reason":"length"[^\n]*\n\ndata: \[DONE\]\n\n$/],
  ])('%s spoils the stream', async (confab_fault, tail) => {
    await start();
    expect(await (await complete({ ...streamed, confab_fault })).text()).toMatch(tail);
  });

  test.each([
    ['garbage', 200],
    ['truncate', 200],
    ['error-event', 500],
  ])('%s spoils an answer without streaming', async (confab_fault, status) => {
    await start();
    const response = await complete({ ...chat, confab_fault });
    expect(response.status).toBe(status);
    if (status === 200) await expect(response.json()).rejects.toThrow();
  });

  test('stall sends the head and nothing more', async () => {
    await start();
    const aborter = new AbortController();
    const response = await fetch(`${server!.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...streamed, confab_fault: 'stall' }),
      signal: aborter.signal,
    });
    expect(response.status).toBe(200);
    await expect.poll(() => engine.stats.running).toBe(0);
    const silence = await Promise.race([
      response.text(),
      complete(chat).then(() => 'other answer'),
    ]);
    expect(silence).toBe('other answer');
    aborter.abort();
  });

  test('of the options are met by every request that they name', async () => {
    await start({ faults: ['status=500@every=2'] });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await complete(chat)).status);
    expect(statuses).toEqual([200, 500, 200, 500]);
  });

  test('that cannot be read keep the server from starting', async () => {
    await expect(start({ faults: ['nothing'] })).rejects.toThrow(/found 'nothing'; expected FAULT/);
  });
});

describe('closing', () => {
  test('lets a running stream end, and takes no new connection', async () => {
    const url = await start();
    const response = await complete({ ...streamed, max_tokens: 10, min_tokens: 10 });
    const closed = server!.close(5000);
    server = undefined;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    expect((await events(response)).at(-1)).toBe('[DONE]');
    await closed;
  });

  test('cuts off what takes longer than that, and at once when it is asked again', async () => {
    await start();
    const response = await complete({ ...streamed, max_tokens: 9999, min_tokens: 9999 });
    const closed = server!.close(60_000);
    await server!.close(0);
    await closed;
    server = undefined;
    await expect(response.text()).rejects.toThrow();
    await expect.poll(() => engine.stats.running).toBe(0);
  });

  test('an idle connection does not hold it up', async () => {
    await start();
    const socket = connect(server!.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => {});
    await server!.close(100);
    server = undefined;
    socket.destroy();
  });

  test('a port in use is refused with its number', async () => {
    await start();
    const options = { prompts: new PromptBuilder(wordTokenizer()), port: server!.port };
    await expect(startServer(engine, options)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${server!.port}: it is already in use`,
    );
  });
});

interface Timed {
  readonly headMs: number;
  readonly pieces: { readonly text: string; readonly atMs: number }[];
}

/** When the head and every piece of the body arrive, from sending. */
function timed(body: unknown): Promise<Timed> {
  const clock = new SystemClock();
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${server!.url}/v1/chat/completions`,
      { method: 'POST' },
      (response) => {
        const headMs = clock.now();
        const pieces: Timed['pieces'] = [];
        response.setEncoding('utf8');
        response.on('data', (text: string) => pieces.push({ text, atMs: clock.now() }));
        response.on('end', () => resolve({ headMs, pieces }));
      },
    );
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}
