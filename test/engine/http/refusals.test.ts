import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { startServer } from '../../../src/engine/http/server.ts';
import { PromptBuilder } from '../../../src/engine/prompt/prompt-builder.ts';
import { wordTokenizer } from '../../support/engine-rig.ts';
import {
  chat,
  closeServers,
  complete,
  engine,
  engines,
  events,
  json,
  PATIENCE,
  post,
  server,
  start,
  streamed,
} from '../../support/engine-server.ts';

closeServers();

describe('a request that is wrong', () => {
  test.each<[string, unknown, number, string | null, RegExp]>([
    ['not JSON', '{"messages":', 400, 'body.12', /'ctx': \{'error': 'Expecting value'\}/],
    ['empty', '', 400, 'body', /'type': 'missing', 'loc': 'body', .* 'input': 'None'/],
    ['not an object', '3', 400, 'body', /'model_attributes_type'.*'input': '3'/],
    ['without messages', {}, 400, 'body.messages', /'missing'.*'input': '<dict of 0 items>'/],
    ['with no messages', { messages: [] }, 400, null, /^Cannot apply chat template to an empty/],
    [
      'with a number as content',
      { messages: [{ role: 'user', content: 3 }] },
      400,
      'body.messages.0.content',
      /^2 validation errors:\n {2}.*'string_type'.*\n {2}.*'list_type'/,
    ],
    [
      'with an image',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      400,
      null,
      /is not a multimodal model$/,
    ],
    ['for no tokens', { ...chat, max_tokens: 0 }, 400, 'max_tokens', /at least 1, got 0\. \(/],
    [
      'for more than allowed',
      { ...chat, min_tokens: 9 },
      400,
      null,
      /less than or equal to max_tokens=3, got 9\.$/,
    ],
    [
      'for more than the model has room for',
      { ...chat, max_tokens: null, min_tokens: 131_066 },
      400,
      null,
      /less than or equal to max_tokens=131065, got 131066/,
    ],
    [
      'with a priority of one half',
      { ...chat, priority: 0.5 },
      400,
      'body.priority',
      /'int_from_float'.* a number with a fractional part', 'input': '0.5'/,
    ],
    ['with a salt of two hosts', { ...chat, cache_salt: 'a@b' }, 400, 'cache_salt', /at most 128/],
    ['below absolute zero', { ...chat, temperature: -1 }, 400, 'temperature', /value=-1\.0\)$/],
    ['with all of nothing', { ...chat, top_p: 0 }, 400, 'top_p', /in \(0, 1\], got 0\.0\. \(/],
    ['for no answer', { ...chat, n: 0 }, 400, null, /^n must be at least 1, got 0\.$/],
    [
      'for two greedy answers',
      { ...chat, n: 2, temperature: 0 },
      400,
      null,
      /greedy sampling, got 2/,
    ],
    [
      'with stream options only',
      { ...chat, stream_options: { include_usage: true } },
      400,
      'stream_options',
      /stream=True`\. \(parameter=stream_options\)$/,
    ],
    ['for an empty stop', { ...chat, stop: ['.', ''] }, 400, null, /^stop cannot contain an empty/],
    ['with words as bias', { ...chat, logit_bias: { a: 1 } }, 400, 'logit_bias', /IDs: \['a'\] \(/],
    [
      'for more probabilities than there are',
      { ...chat, logprobs: true, top_logprobs: 21 },
      400,
      'logprobs',
      /sample logprobs of 21, which is greater than max allowed: 20 \(parameter=logprobs, value=21\)/,
    ],
    [
      'with tools for a server that parses none',
      { ...chat, tools: [{ function: { name: 'f' } }] },
      400,
      null,
      /^"auto" tool choice requires/,
    ],
    [
      'for another model',
      { ...chat, model: 'x' },
      404,
      'model',
      /^The model `x` does not exist\. Valid aliases: confab-embedded\.$/,
    ],
    [
      'with an unknown fault',
      { ...chat, confab_fault: 'boom' },
      400,
      'confab_fault',
      /found 'boom'; expected FAULT/,
    ],
    [
      'for an answer that is too long',
      { ...chat, max_tokens: null, max_completion_tokens: 200_000 },
      400,
      'max_completion_tokens',
      /^max_completion_tokens=200000 cannot be greater than max_model_len=131072\./,
    ],
  ])('%s is refused as vLLM does', async (_, body, code, param, message) => {
    await start();
    const response = await complete(body);
    expect(response.status).toBe(code);
    const { error } = await json(response);
    expect(error).toMatchObject({ code, param, message: expect.stringMatching(message) });
    expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code']);
  });

  test('is what is not said to be JSON', async () => {
    await start();
    const response = await complete(chat, { 'content-type': 'text/plain' });
    expect(response.status).toBe(400);
    expect((await json(response)).error).toMatchObject({
      message: "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
      ...{ type: 'Bad Request', param: null },
    });
  });

  test.each<[string, string, number, string, string | null]>([
    ['POST', '/v1/embeddings', 404, 'Not Found', null],
    ['GET', '/v1/chat/completions', 405, 'Method Not Allowed', 'POST'],
    ['DELETE', '/flush_cache', 405, 'Method Not Allowed', 'GET, POST'],
    ['OPTIONS', '/v1/models', 405, 'Method Not Allowed', 'GET'],
  ])('%s %s is %d in the words of its framework', async (method, path, code, detail, allow) => {
    const url = await start();
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(code);
    expect(response.headers.get('allow')).toBe(allow);
    expect(await response.json()).toEqual({ detail });
  });

  test('reset and flush are there for developers only', async () => {
    const url = await start({ devMode: false });
    for (const path of ['/reset_prefix_cache', '/flush_cache']) {
      expect((await post(url + path, '')).status).toBe(404);
    }
  });
});

describe('what the scheduler goes by', () => {
  async function submitted(body: object, headers: Record<string, string> = {}) {
    const submit = vi.spyOn(engine, 'submit');
    expect((await complete({ ...chat, ...body }, headers)).status).toBe(200);
    return submit.mock.calls[0]![0];
  }

  test.each(['priority', 'priority_round_robin'] as const)(
    'is the priority of the body where the policy is %s',
    async (policy) => {
      await start({ policy });
      expect(await submitted({ priority: -3 })).toMatchObject({ priority: -3 });
    },
  );

  test('is no priority where it is 0, whatever the policy', async () => {
    await start({ policy: 'round_robin' });
    expect(await submitted({ priority: 0 })).toMatchObject({ priority: 0 });
  });

  test.each<[string | undefined, Record<string, string>]>([
    ['session', { 'x-session-id': 'session', 'x-user-id': 'user' }],
    ['user', { 'x-user-id': 'user' }],
    ['body', {}],
  ])(
    'is the session %s of the headers %j, or else the user of the body',
    async (session, headers) => {
      await start();
      expect(await submitted({ user: 'body' }, headers)).toMatchObject({ session });
    },
  );

  test('is no session where none is named', async () => {
    await start();
    expect((await submitted({})).session).toBeUndefined();
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
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...streamed, confab_fault: 'stall' }),
      signal: aborter.signal,
    });
    expect(response.status).toBe(200);
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(0);
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
    await expect(response.text()).rejects.toThrow();
    await expect.poll(() => engine.stats.running, PATIENCE).toBe(0);
  });

  test('refuses a request on a connection whose stream is still running, which ends', async () => {
    await start();
    const text = JSON.stringify({ ...streamed, max_tokens: 40, min_tokens: 40 });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n`;
    const socket = connect(server!.port, '127.0.0.1', () => socket.write(head + text));
    let answer = '';
    socket.setEncoding('utf8');
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('data', (some: string) => {
      if (answer === '') {
        void server!.close(20_000);
        socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
      }
      answer += some;
    });
    await ended;
    expect(answer).toMatch(/"completion_tokens":40.*\[DONE\].*HTTP\/1\.1 503/s);
  });

  test('an idle connection does not hold it up', async () => {
    await start();
    const socket = connect(server!.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => {});
    await server!.close(100);
    socket.destroy();
  });

  test('a port in use is refused with its number', async () => {
    await start();
    const options = { prompts: new PromptBuilder(wordTokenizer()), port: server!.port };
    await expect(startServer(engines, options)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${server!.port}: it is already in use`,
    );
  });
});
