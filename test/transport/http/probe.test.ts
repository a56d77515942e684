import { describe, expect, onTestFinished, test } from 'vitest';
import { EngineUnreachable } from '../../../src/base/errors.ts';
import { getter } from '../../../src/transport/http/get.ts';
import { type Probe, probe, scrapeMetrics } from '../../../src/transport/http/probe.ts';
import { API_KEY } from '../http-rig.ts';
import { closedPort, head, response, type ScriptedServer, serve } from '../scripted-server.ts';

/** A server with these pages; others are 404. */
async function site(pages: Readonly<Record<string, string>>): Promise<ScriptedServer> {
  const server = await serve((socket, { path }) => {
    socket.end(pages[path] ?? response('404 Not Found', '{"detail":"Not Found"}'));
  });
  onTestFinished(() => server.close());
  return server;
}

const access = { headers: { 'x-tag': 'a' }, insecure: false, apiKey: API_KEY };
const models = response('200 OK', '{"object":"list","data":[{"id":"a"},{"id":"b"}]}');
const version = response('200 OK', '{"version":"0.19.1"}');

describe('M-59 probing', () => {
  test('asks for models and version, with the key and the headers', async () => {
    const server = await site({ '/p/v1/models': models, '/p/version': version });
    expect(await probe({ ...access, url: `${server.url}/p/v1` })).toEqual({
      models: ['a', 'b'],
      version: '0.19.1',
      reachable: true,
    } satisfies Probe);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ authorization: `Bearer ${API_KEY}`, 'x-tag': 'a' });
    }
  });

  test.each([
    ['without either', {}, 'HTTP 404: Not Found'],
    [
      'that says no, and repeats the key',
      { '/v1/models': response('401 No', `{"error":"Bad\\u202e key\\u001b[31m ${API_KEY}"}`) },
      'HTTP 401: Bad key [31m ***',
    ],
    ['that forbids', { '/v1/models': response('403 No', '') }, 'HTTP 403 without a message'],
    [
      'behind a login',
      { '/v1/models': response('302 Found', '', { location: 'https://sso.test/' }) },
      'HTTP 302: redirects to https://sso.test/',
    ],
    [
      'behind a gateway without it',
      { '/v1/models': response('502 Bad', '<title>502 Bad Gateway</title>') },
      'HTTP 502: 502 Bad Gateway',
    ],
    [
      'with pages for them',
      { '/v1/models': response('200 OK', '<html>'), '/version': version },
      'no JSON: <html>',
    ],
    ['with nothing', { '/v1/models': response('200 OK', '') }, 'an empty page'],
    ['with no models', { '/v1/models': response('200 OK', '{"data":[]}') }, 'an empty list'],
    ['with other JSON', { '/v1/models': response('200 OK', 'null') }, 'no list of models: null'],
    ['that closes without an answer to one', { '/v1/models': '' }, 'other side closed'],
  ])('tolerates a server %s, and tells why', async (_, pages, modelsReason) => {
    const server = await site(pages);
    const { models, ...rest } = await probe({ ...access, url: server.url });
    expect(models?.length ?? 0).toBe(0);
    expect(rest).toEqual({
      modelsReason,
      version: '/version' in pages ? '0.19.1' : undefined,
      reachable: true,
    });
  });

  test('says in one sentence that nobody is there', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const attempt = probe({ ...access, url });
    await expect(attempt).rejects.toThrow(EngineUnreachable);
    await expect(attempt).rejects.toThrow(`cannot reach ${url}: connect ECONNREFUSED`);
  });

  test('waits no longer for a page that trickles than for none at all', async () => {
    const server = await serve((socket, { path }) => {
      if (path === '/silent') return;
      socket.write(head('200 OK', { 'content-length': '1000000000' }));
      const trickle = (): void => {
        if (socket.writable) socket.write('x', () => setImmediate(trickle));
      };
      if (path === '/trickle') trickle();
    });
    onTestFinished(() => server.close());
    const get = getter(server.url, { ...access, url: server.url }, 0.05);
    for (const path of ['/silent', '/trickle', '/half']) {
      await expect(get(path)).rejects.toThrow('no whole response within 0.05 s');
    }
    await expect.poll(() => server.open).toBe(0);
  });

  test('reads no page of any size', async () => {
    const piece = Buffer.alloc(1 << 20, 'x');
    const server = await serve((socket) => {
      socket.write(head('200 OK', { 'content-length': String(2 ** 40) }));
      const more = (): void => {
        if (socket.writable) socket.write(piece, more);
      };
      more();
    });
    onTestFinished(() => server.close());
    const get = getter(server.url, { ...access, url: server.url }, 60);
    await expect(get('/metrics')).rejects.toThrow('a page of more than 64 MB');
  });

  test('leaves no connection open', async () => {
    const server = await serve((socket) => socket.write(models));
    onTestFinished(() => server.close());
    await probe({ ...access, url: server.url });
    await expect.poll(() => server.open).toBe(0);
  });
});

describe('metrics', () => {
  test('are the text of the page', async () => {
    const server = await site({ '/metrics': response('200 OK', '# HELP x\nx 1\n') });
    expect(await scrapeMetrics({ ...access, url: `${server.url}/v1` })).toBe('# HELP x\nx 1\n');
  });

  test('are undefined where they do not come in time', async () => {
    const server = await serve((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'),
    );
    onTestFinished(() => server.close());
    expect(await scrapeMetrics({ ...access, url: server.url }, 0.05)).toBeUndefined();
  });

  test('are undefined where there are none, or nobody', async () => {
    const server = await site({});
    expect(await scrapeMetrics({ ...access, url: server.url })).toBeUndefined();
    const url = `http://127.0.0.1:${await closedPort()}`;
    expect(await scrapeMetrics({ ...access, url })).toBeUndefined();
  });
});
