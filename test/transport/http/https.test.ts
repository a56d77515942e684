import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exchange, transportTo, until } from '../http-rig.ts';
import { serve, stream } from '../scripted-server.ts';

// Self-signed for 127.0.0.1 and localhost, valid for 100 years; its key protects nothing.
const file = (name: string) =>
  fileURLToPath(new URL(`../tls/loopback-${name}.pem`, import.meta.url));
const identity = { key: readFileSync(file('key')), cert: readFileSync(file('cert')) };

async function secureServer() {
  const server = await serve((socket) => socket.write(stream('a')), identity);
  onTestFinished(() => server.close());
  return server;
}

describe('https', () => {
  test.each([
    ['an authority of its own', { ca: file('cert') }],
    ['no check', { insecure: true }],
  ])('works with %s, and keeps the connection', async (_, target) => {
    const server = await secureServer();
    const transport = transportTo(server.url, target);
    for (let turn = 0; turn < 3; turn++) {
      const recorder = await exchange(transport);
      expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    }
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 0]);
  });

  test('works with the authorities of SSL_CERT_FILE, unless the target names one', async () => {
    const server = await secureServer();
    const recorder = await exchange(transportTo(server.url, {}, { certFile: file('cert') }));
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
    expect(() => transportTo(server.url, {}, { certFile: '/no/such.pem' })).toThrow(
      'SSL_CERT_FILE: found /no/such.pem; expected a PEM file',
    );
    const named = transportTo(server.url, { ca: file('cert') }, { certFile: '/no/such.pem' });
    expect((await exchange(named)).types).toEqual(['sent', 'delta', 'end']);
  });

  test('works by name', async () => {
    const server = await secureServer();
    const url = server.url.replace('127.0.0.1', 'localhost');
    const recorder = await exchange(transportTo(url, { ca: file('cert') }));
    expect(recorder.types).toEqual(['sent', 'delta', 'end']);
  });

  test('with a certificate that nobody vouches for fails while connecting', async () => {
    const server = await secureServer();
    const recorder = await exchange(transportTo(server.url));
    expect(recorder.types).toEqual(['fail']);
    expect(recorder.failure).toMatchObject({
      status: 'connect',
      message: expect.stringMatching(/self-signed certificate; .*--ca.*--insecure/),
    });
    expect(server.requests).toEqual([]);
  });

  test('to a server without it fails while connecting', async () => {
    // It waits for the end of what is no HTTP to it, until it is shut down.
    const server = await serve(() => {});
    onTestFinished(() => server.close());
    const transport = transportTo(server.url.replace('http:', 'https:'), { insecure: true });
    const pending = exchange(transport);
    await until(() => server.open === 1);
    await server.close();
    expect((await pending).failure).toMatchObject({ status: 'connect' });
  });

  test.each(['/does/not/exist.pem', fileURLToPath(import.meta.url)])(
    'an authority that is no PEM file is refused at once: %s',
    (ca) => {
      expect(() => transportTo('https://127.0.0.1:1', { ca })).toThrow(`target.ca: found ${ca}`);
    },
  );
});
