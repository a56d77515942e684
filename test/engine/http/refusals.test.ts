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
  server,
  start,
  streamed,
} from '../../support/engine-server.ts';

closeServers();

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
    [
      'for more than the model has room for',
      { ...chat, max_tokens: null, min_tokens: 131_066 },
      400,
      'min_tokens',
      /less than or equal to max_tokens=131065, got 131066/,
    ],
    [
      'with a priority that the policy does not go by',
      { ...chat, priority: -1 },
      400,
      'priority',
      /^Got priority -1 but Priority scheduling is not enabled/,
    ],
    ['with a priority of one half', { ...chat, priority: 0.5 }, 400, 'priority', /expected int/],
    ['with an empty salt', { ...chat, cache_salt: '' }, 400, 'cache_salt', />=1 characters/],
    ['below absolute zero', { ...chat, temperature: -1 }, 400, 'temperature', />=0/],
    ['with all of nothing', { ...chat, top_p: 0 }, 400, 'top_p', />0/],
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

  test.each<[string, string, number, string, string | null]>([
    ['POST', '/v1/embeddings', 404, 'Not Found', null],
    ['GET', '/v1/chat/completions', 405, 'Method Not Allowed', 'POST'],
    ['DELETE', '/flush_cache', 405, 'Method Not Allowed', 'GET, POST'],
  ])('%s %s is %d in the shape of OpenAI', async (method, path, code, type, allow) => {
    const url = await start();
    const response = await fetch(`${url}${path}`, { method });
    expect(response.status).toBe(code);
    expect(response.headers.get('allow')).toBe(allow);
    const { error } = await json(response);
    expect(error).toMatchObject({ code, type, param: null, message: expect.any(String) });
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
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\ncontent-length: ${text.length}\r\n\r\n`;
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
