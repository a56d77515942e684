import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { probe } from '../../../src/transport/http/probe.ts';
import { proxyOf, proxyText } from '../../../src/transport/http/proxy.ts';
import { startProxy } from '../../support/proxy-server.ts';
import { exchange, request, rig, transportTo } from '../http-rig.ts';
import { Recorder } from '../recorder.ts';
import { serve, stream } from '../scripted-server.ts';

const PROXY = 'http://proxy:3128';

describe('which proxy', () => {
  test.each<[origin: string, network: object, proxy: string | undefined]>([
    ['http://engine.test:8000', {}, undefined],
    ['http://engine.test:8000', { httpProxy: PROXY }, PROXY],
    ['https://engine.test', { httpsProxy: PROXY }, PROXY],
    ['https://engine.test', { httpProxy: PROXY }, PROXY],
    ['http://engine.test', { httpsProxy: PROXY }, undefined],
    ['http://engine.test', { httpProxy: 'proxy:3128' }, PROXY],
    ['http://engine.test', { httpProxy: '' }, undefined],
    ['http://engine.test', { httpProxy: PROXY, noProxy: 'engine.test' }, undefined],
    ['http://a.engine.test', { httpProxy: PROXY, noProxy: 'x, .engine.test' }, undefined],
    ['http://engine.test:8000', { httpProxy: PROXY, noProxy: 'engine.test:9000' }, PROXY],
    ['http://engine.test', { httpProxy: PROXY, noProxy: '*' }, undefined],
    // Never for this machine.
    ...['127.0.0.1', '127.9.9.9', 'localhost', 'a.localhost', '[::1]', '0.0.0.0'].map(
      (host): [string, object, undefined] => [
        `http://${host}:8000`,
        { httpProxy: PROXY },
        undefined,
      ],
    ),
  ])('to %s with %j: %s', (origin, network, proxy) => {
    expect(proxyOf(origin, network)).toBe(proxy);
  });

  test('one that is no URL is refused, and no password is shown', () => {
    const refused = () => proxyOf('https://e.test', { httpsProxy: 'ftp://me:hunter22@proxy' });
    expect(refused).toThrow(/^HTTPS_PROXY: found 'ftp:\/\/\*\*\*@proxy'; expected a URL such as/);
    expect(proxyText('http://me:hunter22@proxy:3128/')).toBe(
      'through the proxy http://***@proxy:3128',
    );
  });
});

describe('through a proxy', () => {
  const inTheirWords = { headers: {}, ca: undefined, insecure: true, apiKey: undefined };

  test('http is asked of the proxy, over connections that are kept', async () => {
    const { server } = await rig((socket) => socket.write(stream('a', 'b')));
    const proxy = await startProxy('engine.test', server.url);
    onTestFinished(() => proxy.close());
    const transport = transportTo('http://engine.test:8000', {}, { proxy: proxy.url });
    for (let turn = 0; turn < 2; turn++) {
      const recorder = await exchange(transport);
      expect(recorder.types).toEqual(['sent', 'delta', 'delta', 'end']);
    }
    expect(proxy.asked).toEqual(Array(2).fill('POST http://engine.test:8000/v1/chat/completions'));
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { host: 'engine.test:8000', authorization: expect.stringContaining('Bearer') },
    });
  });

  test('https goes through a tunnel, in which the proxy sees nothing', async () => {
    const file = (name: string) =>
      readFileSync(fileURLToPath(new URL(`../tls/loopback-${name}.pem`, import.meta.url)));
    const identity = { key: file('key'), cert: file('cert') };
    const server = await serve((socket) => socket.write(stream('a')), identity);
    onTestFinished(() => server.close());
    const proxy = await startProxy('engine.test', server.url, 'hunter22');
    onTestFinished(() => proxy.close());
    const url = proxy.url.replace('//', '//me:hunter22@');
    const transport = transportTo('https://engine.test', { insecure: true }, { proxy: url });
    for (let turn = 0; turn < 2; turn++) {
      expect((await exchange(transport)).types).toEqual(['sent', 'delta', 'end']);
    }
    expect(proxy.asked).toEqual(['CONNECT engine.test:443']);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
    const stranger = transportTo('https://engine.test', { insecure: true }, { proxy: proxy.url });
    expect((await exchange(stranger)).failure).toMatchObject({
      status: 'connect',
      message: expect.stringContaining('407'),
    });
  });

  test('what is asked beside answers goes there too, and a dead proxy is no answer', async () => {
    const { server } = await rig((socket) =>
      socket.end('HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n'),
    );
    const proxy = await startProxy('engine.test', server.url);
    const access = { ...inTheirWords, url: 'http://engine.test', proxy: proxy.url };
    expect(await probe(access)).toMatchObject({ reachable: true });
    expect([...proxy.asked].sort()).toEqual([
      'GET http://engine.test/v1/models',
      'GET http://engine.test/version',
    ]);
    proxy.close();
    await expect(probe(access)).rejects.toThrow(
      /cannot reach http:\/\/engine.test: .*ECONNREFUSED/,
    );
  });

  test('a request that is given up while its tunnel is being opened leaves nothing behind', async () => {
    const proxy = await serve(() => {});
    onTestFinished(() => proxy.close());
    const transport = transportTo('https://engine.test', {}, { proxy: proxy.url });
    const recorder = new Recorder();
    const cancel = transport.send(request, recorder);
    await expect.poll(() => proxy.requests.length).toBe(1);
    cancel();
    await transport.close();
    await expect.poll(() => proxy.open).toBe(0);
    expect(recorder.types).toEqual([]);
  });
});
