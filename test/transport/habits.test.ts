import { describe, expect, test } from 'vitest';
import type { ChatRequest } from '../../src/transport/transport.ts';
import { API_KEY, exchange, request, rig, transportTo } from './http-rig.ts';
import {
  contentEvent,
  event,
  httpChunk,
  LAST_CHUNK,
  type Received,
  response,
  STREAM_HEAD,
  stream,
} from './scripted-server.ts';

// What servers differ in, and want their clients to know.

const bodyOf = ({ body }: Received) => JSON.parse(body);

describe('stream_options', () => {
  test('are asked for, and left out where the server refuses them; the answer is complete without usage', async () => {
    const bare = [contentEvent('a', 'stop'), event('[DONE]')].map(httpChunk).join('');
    const { server, transport } = await rig(
      (socket, received) =>
        socket.write(
          'stream_options' in bodyOf(received)
            ? response('400 Bad Request', '{"error":{"message":"unknown field stream_options"}}')
            : STREAM_HEAD + bare + LAST_CHUNK,
        ),
      { streamUsage: false },
    );
    const without = await exchange(transport);
    expect(without.end).toMatchObject({ usage: undefined, finishReason: 'stop' });
    const withThem = await exchange(transportTo(server.url));
    expect(withThem.failure?.message).toBe('unknown field stream_options');
  });
});

test('the limit of an answer has the name that the server knows', async () => {
  const { server, transport } = await rig((socket) => socket.write(stream('a')), {
    maxTokensField: 'max_completion_tokens',
  });
  await exchange(transport, { ...request, maxTokens: 5 });
  expect(bodyOf(server.requests[0]!)).toMatchObject({ max_completion_tokens: 5 });
  expect(bodyOf(server.requests[0]!)).not.toHaveProperty('max_tokens');
});

test("Azure's way: the key in a header of its own, the version in the query", async () => {
  const { server } = await rig((socket) => socket.write(stream('a')));
  const url = `${server.url}/openai/deployments/gpt-4o?api-version=2024-10-21`;
  await exchange(transportTo(url, { apiKeyHeader: 'api-key' }));
  const [received] = server.requests;
  expect(received!.path).toBe('/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21');
  expect(received!.headers['api-key']).toBe(API_KEY);
  expect(received!.headers).not.toHaveProperty('authorization');
});

test.each([
  ['3', 3000],
  ['Thu, 01 Jan 2026 00:00:03 GMT', 3000],
])('a refusal says how long to wait: Retry-After: %s', async (value, retryAfterMs) => {
  const { transport } = await rig((socket) =>
    socket.write(
      response('503 Service Unavailable', 'busy', {
        'retry-after': value,
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
      }),
    ),
  );
  expect((await exchange(transport)).failure).toEqual({
    status: 'http',
    httpStatus: 503,
    message: 'busy',
    retryAfterMs,
  });
});

describe('cookies', () => {
  const sticky = (transport: { cookies?: boolean }) => {
    let replicas = 0;
    return rig((socket, { headers }) => {
      const set = headers['cookie'] ? '' : `set-cookie: replica=r${replicas++}; Path=/\r\n`;
      socket.write(stream('a').replace('\r\n', `\r\n${set}`));
    }, transport);
  };
  const turnOf = (conversation: object): ChatRequest => ({ ...request, conversation });

  test('are those of the conversation: its next turns go to the same replica', async () => {
    const { server, transport } = await sticky({ cookies: true });
    const [one, other] = [{}, {}];
    for (const conversation of [one, other, one, other]) {
      await exchange(transport, turnOf(conversation));
    }
    const sent = server.requests.map(({ headers }) => headers['cookie']);
    expect(sent).toEqual([undefined, undefined, 'replica=r0', 'replica=r1']);
  });

  test('are kept from a refusal too: the retry goes where it was sent', async () => {
    const { server, transport } = await rig(
      (socket, { nth }) =>
        socket.write(
          nth ? stream('a') : response('503 Busy', 'busy', { 'set-cookie': 'replica=r1' }),
        ),
      { cookies: true },
    );
    const conversation = {};
    await exchange(transport, turnOf(conversation));
    await exchange(transport, turnOf(conversation));
    expect(server.requests[1]?.headers['cookie']).toBe('replica=r1');
  });

  test('are not sent unless they are asked for', async () => {
    const { server, transport } = await sticky({});
    const conversation = {};
    await exchange(transport, turnOf(conversation));
    await exchange(transport, turnOf(conversation));
    expect(server.requests[1]?.headers).not.toHaveProperty('cookie');
  });
});

test('ids are the user’s own, in a header and in the body', async () => {
  const { server, transport } = await rig((socket) => socket.write(stream('a')), {
    requestId: { field: 'request_id', template: 'run3-{conversation}-{turn}-{attempt}' },
  });
  await exchange(transport, { ...request, turn: 4, attempt: 2 });
  const [received] = server.requests;
  expect(received!.headers['x-request-id']).toBe('run3-7-4-2');
  expect(bodyOf(received!)['request_id']).toBe('run3-7-4-2');
});

describe('reasoning', () => {
  const says = (...deltas: object[]) =>
    STREAM_HEAD +
    [
      ...deltas.map((delta) => event({ choices: [{ index: 0, delta, finish_reason: null }] })),
      event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      event('[DONE]'),
    ]
      .map(httpChunk)
      .join('') +
    LAST_CHUNK;

  test.each([
    ['reasoning_content', 'vLLM before 0.12, SGLang, DeepSeek'],
    ['reasoning', 'vLLM, Ollama, OpenRouter, Groq'],
    ['thinking', 'gateways to Anthropic and Ollama'],
  ])('in %s is no output: %s', async (field) => {
    const { transport } = await rig((socket) =>
      socket.write(says({ [field]: 'hm' }, { [field]: ' so', content: null }, { content: 'yes' })),
    );
    const { deltas } = await exchange(transport);
    expect(deltas).toEqual(['reasoning:hm', 'reasoning: so', 'content:yes']);
  });

  test('in a field of the server’s own is known by its name, in a stream and in a whole answer', async () => {
    const message = { content: 'yes', inner_voice: 'hm' };
    const { server, transport } = await rig(
      (socket, received) =>
        socket.write(
          bodyOf(received).stream
            ? says({ inner_voice: 'hm' }, { inner_voice: ' so' }, { inner_voice: '!' }, message)
            : response('200 OK', JSON.stringify({ choices: [{ message }] })),
        ),
      { reasoningFields: ['inner_voice'] },
    );
    expect((await exchange(transport)).deltas).toEqual([
      'reasoning:hm',
      'reasoning: so',
      'reasoning:!',
      'reasoning:hm',
      'content:yes',
    ]);
    const whole = transportTo(server.url, { reasoningFields: ['inner_voice'], stream: false });
    expect((await exchange(whole)).deltas).toEqual(['reasoning:hm', 'content:yes']);
  });
});
