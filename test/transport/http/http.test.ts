import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { API_KEY, exchange, request, rig, transportTo, until } from '../http-rig.ts';
import { Recorder } from '../recorder.ts';
import {
  closedPort,
  contentEvent,
  event,
  head,
  httpChunk,
  LAST_CHUNK,
  response,
  STREAM_HEAD,
  stream,
} from '../scripted-server.ts';

/** Resets the connection, as a killed server does. */
function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

describe('a request', () => {
  test('goes to the API that was chosen, with its headers and body', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')), {
      headers: { 'X-Tag': 'a:b', 'Content-Type': 'application/json; charset=utf-8' },
      sessionHeaders: ['x-user-id', 'X-Session-ID'],
    });
    await exchange(transport);
    const [received] = server.requests;
    expect(received).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(received?.headers).toMatchObject({
      authorization: `Bearer ${API_KEY}`,
      accept: 'text/event-stream',
      'content-type': 'application/json; charset=utf-8',
      'x-tag': 'a:b',
      'x-user-id': '7',
      'x-session-id': '7',
    });
    expect(JSON.parse(received!.body)).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('to the completions API has its own path', async () => {
    const { server, transport } = await rig((socket) => socket.write(stream('a')), {
      api: 'completions',
    });
    await exchange(transport);
    expect(server.requests[0]?.path).toBe('/v1/completions');
  });

  test.each(['', '/', '/v1', '/v1/'])(
    'reaches the same path from a URL ending in %j',
    async (end) => {
      const { server } = await rig((socket) => socket.write(stream('a')));
      await exchange(transportTo(server.url + end));
      expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    },
  );

  test('says when it was sent, and how long connecting took, if it had to', async () => {
    const { transport } = await rig((socket) => socket.write(stream('a', 'b')));
    const first = await exchange(transport);
    const second = await exchange(transport);
    expect(first.types).toEqual(['sent', 'delta', 'delta', 'end']);
    expect(first.calls[0]).toMatchObject({ type: 'sent', connectMs: expect.any(Number) });
    expect(second.calls[0]).toEqual({
      type: 'sent',
      atMs: expect.any(Number),
      connectMs: undefined,
    });
    const times = [...first.calls, ...second.calls].map((call) =>
      'atMs' in call ? call.atMs : NaN,
    );
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe('an answer', () => {
  test('comes with its deltas, usage and finish reason', async () => {
    const { transport } = await rig((socket) => socket.write(stream('a', ' b')));
    const recorder = await exchange(transport);
    expect(recorder.deltas).toEqual(['content:a', 'content: b']);
    expect(recorder.end).toMatchObject({
      finishReason: 'length',
      usage: { inputTokens: 9, outputTokens: 2 },
    });
  });

  test('is reported as it arrives, not at its end', async () => {
    let finish = (): void => {};
    const { transport } = await rig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(contentEvent('a')));
      finish = () => socket.write(httpChunk(contentEvent('b', 'stop')) + LAST_CHUNK);
    });
    const recorder = new Recorder();
    transport.send(request, recorder);
    await until(() => recorder.deltas.length === 1);
    expect(recorder.types).toEqual(['sent', 'delta']);
    finish();
    await recorder.over;
    expect(recorder.deltas).toEqual(['content:a', 'content:b']);
  });

  test('survives a server that writes byte by byte', async () => {
    const { transport } = await rig((socket) => {
      const bytes = Buffer.from(stream('é', '😀'));
      let at = 0;
      const next = (): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    });
    expect((await exchange(transport)).deltas).toEqual(['content:é', 'content:😀']);
  });

  test('may be one JSON document, asked for or not', async () => {
    const body = JSON.stringify({
      choices: [{ message: { content: 'all' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 9, completion_tokens: 1 },
    });
    for (const streaming of [true, false]) {
      const { server, transport } = await rig((socket) => socket.write(response('200 OK', body)), {
        stream: streaming,
      });
      const recorder = await exchange(transport);
      expect(recorder.types).toEqual(['sent', 'delta', 'end']);
      expect(recorder.end?.usage).toEqual({ inputTokens: 9, outputTokens: 1 });
      expect(JSON.parse(server.requests[0]!.body).stream).toBe(streaming);
    }
  });

  test('may end with the connection, where the server says so', async () => {
    const { transport } = await rig((socket) => {
      socket.end(head('200 OK', { connection: 'close' }) + contentEvent('a', 'stop'));
    });
    expect((await exchange(transport)).end).toMatchObject({ finishReason: 'stop' });
  });

  test('is whole once [DONE] was read, whatever becomes of the connection', async () => {
    const { transport } = await rig((socket) => {
      socket.end(STREAM_HEAD + httpChunk(contentEvent('a') + event('[DONE]')));
    });
    expect((await exchange(transport)).types).toEqual(['sent', 'delta', 'end']);
  });

  test('may be announced by an interim response', async () => {
    const { transport } = await rig((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n' + stream('a'));
    });
    expect((await exchange(transport)).deltas).toEqual(['content:a']);
  });

  const raw = sharedFile('data/sse/llamacpp-raw-http.bin');
  const why = absent(raw);
  test.skipIf(why)(titled("llama-server's own bytes are read through a socket", why), async () => {
    const bytes = readFileSync(raw);
    const { transport } = await rig((socket) => socket.end(bytes));
    const recorder = await exchange(transport);
    expect(recorder.deltas).toEqual(['content:heated', 'content: that', 'content: soldiers']);
    expect(recorder.end).toMatchObject({ finishReason: 'length', usage: { outputTokens: 3 } });
  });
});

describe('a failure', () => {
  const error = (message: string) => JSON.stringify({ error: { message, code: 503 } });
  test.each([
    [
      '503 with an error object',
      response('503 Busy', error('try later')),
      503,
      'try later (code 503)',
    ],
    ['422 with a detail', response('422 No', '{"detail":[{"msg":"bad"}]}'), 422, '[{"msg":"bad"}]'],
    ['404 with a detail', response('404 No', '{"detail":"Not Found"}'), 404, 'Not Found'],
    ['400 with a message', response('400 No', '{"message":"no"}'), 400, 'no'],
    ['400 with an error string', response('400 No', '{"error":"too long"}'), 400, 'too long'],
    [
      '500 in plain text',
      response('500 Oops', '\n  Internal\tError \nat x'),
      500,
      'Internal Error',
    ],
    [
      '502 with a page',
      response('502 Bad', '<html><head><title>502 Bad Gateway</title></head><p>x'),
      502,
      '502 Bad Gateway',
    ],
    ['503 with a page without title', response('503 B', '<h1>Busy</h1>'), 503, 'Busy'],
    ['500 with nothing', response('500 Oops', ''), 500, 'HTTP 500 without a message'],
    [
      'a redirect',
      response('307 Elsewhere', '', { location: 'http://other/v1' }),
      307,
      'redirects to http://other/v1',
    ],
    [
      'an error that breaks off',
      head('500 Oops', { 'content-length': '99' }) + error('half').slice(0, 9),
      500,
      '{"error":',
    ],
  ])('%s is one of HTTP', async (_, bytes, httpStatus, message) => {
    const { transport } = await rig((socket) => socket.end(bytes));
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'fail']);
    expect(recorder.failure).toEqual({ status: 'http', httpStatus, message });
  });

  test('reads no more than it needs of an endless error', async () => {
    const { server, transport } = await rig((socket) => {
      socket.write(head('500 Oops', { 'content-length': '999999999' }));
      const more = (): void => {
        if (!socket.destroyed) socket.write('x'.repeat(10_000), more);
      };
      more();
    });
    const recorder = await exchange(transport);
    expect(recorder.failure?.message).toMatch(/^x{300}\.\.\.$/);
    await until(() => server.open === 0);
  });

  test.each([
    [
      'a page with status 200',
      response('200 OK', '<html>Welcome</html>'),
      'response is not an event stream: <html>Welcome</html>',
    ],
    ['nothing with status 200', response('200 OK', ''), 'empty response'],
    ['bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', /^Response does not match the HTTP/],
    ['half a head', 'HTTP/1.1 200 O', /^connection closed in the middle of the response: /],
    [
      'a stream that is cut between chunks',
      STREAM_HEAD + httpChunk(contentEvent('a', 'stop')),
      /^connection closed in the middle of the response: /,
    ],
    [
      'a body shorter than announced',
      head('200 OK', { 'content-length': '500' }) + contentEvent('a', 'stop'),
      /^connection closed in the middle of the response: /,
    ],
    [
      'a stream that ends too early, in good order',
      STREAM_HEAD + httpChunk(contentEvent('a')) + LAST_CHUNK,
      'stream ended without finish_reason or [DONE]',
    ],
    [
      'an error within the stream',
      STREAM_HEAD + httpChunk(contentEvent('a') + event({ error: { message: 'lost' } })),
      'lost',
    ],
    ['no answer at all', '', /^connection closed before the response: other side closed/],
  ])('%s is one of the protocol', async (_, bytes, message) => {
    const { transport } = await rig((socket) => socket.end(bytes));
    const recorder = await exchange(transport);
    expect(recorder.types.filter((type) => type !== 'delta')).toEqual(['sent', 'fail']);
    expect(recorder.failure).toMatchObject({ status: 'protocol' });
    expect(recorder.failure?.message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
    expect(recorder.failure?.httpStatus).toBe(
      bytes.startsWith('HTTP/1.1 200 OK') ? 200 : undefined,
    );
  });

  test('a reset before the response, on a new connection, is not tried again', async () => {
    const { server, transport } = await rig(reset);
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'fail']);
    expect(recorder.failure).toEqual({
      status: 'protocol',
      message: expect.stringMatching(/^connection closed before the response: .*ECONNRESET/),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a reset in mid-stream is one of the protocol', async () => {
    const { transport } = await rig((socket) => {
      socket.write(STREAM_HEAD + httpChunk(contentEvent('a')), () => setTimeout(reset, 20, socket));
    });
    const recorder = await exchange(transport);
    expect(recorder.types).toEqual(['sent', 'delta', 'fail']);
    expect(recorder.failure).toEqual({
      status: 'protocol',
      message: expect.stringMatching(
        /^connection closed in the middle of the response: .*ECONNRESET/,
      ),
      httpStatus: 200,
    });
  });

  test('nobody listening is one of connecting', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const recorder = await exchange(transportTo(url));
    expect(recorder.types).toEqual(['fail']);
    expect(recorder.failure).toEqual({
      status: 'connect',
      message: expect.stringContaining(`cannot connect to ${url}: connect ECONNREFUSED`),
    });
  });

  test('a name that does not exist is one of connecting', async () => {
    const recorder = await exchange(transportTo('http://does-not-exist.invalid:8000'));
    expect(recorder.failure).toMatchObject({
      status: 'connect',
      message: expect.stringContaining('does-not-exist.invalid'),
    });
  });

  test.each([
    ['the API key', response('401 No', JSON.stringify({ error: `Bad key: ${API_KEY}` }))],
    ['a secret header', response('401 No', 'no x-api-key like "hunter2-hunter2" here')],
    ['a secret in a stream', STREAM_HEAD + httpChunk(event({ error: API_KEY })) + LAST_CHUNK],
    ['a secret in a redirect', response('302 Go', '', { location: `http://h/?key=${API_KEY}` })],
  ])('never shows %s that the server repeats', async (_, bytes) => {
    const { transport } = await rig((socket) => socket.end(bytes), {
      headers: { 'x-api-key': 'hunter2-hunter2' },
    });
    const recorder = await exchange(transport);
    expect(JSON.stringify(recorder.calls)).not.toMatch(/very-secret|hunter2/);
    expect(recorder.failure?.message).toContain('***');
  });
});
