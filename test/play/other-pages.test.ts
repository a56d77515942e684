import { expect, onTestFinished, test } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { openTarget } from '../../src/play/target.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { secretsOf, withoutSecrets } from '../../src/scenario/secrets.ts';
import { response, type ScriptedServer, serve } from '../transport/scripted-server.ts';

async function server(): Promise<ScriptedServer> {
  const made = await serve((socket, { path }) => {
    const page = path.includes('metrics') ? `page_total 1\n` : undefined;
    socket.write(page ? response('200 OK', page) : response('404 Not Found', ''));
  });
  onTestFinished(() => made.close());
  return made;
}

const scenario = (url: string, metricsUrls: string[]) =>
  parseScenario({
    target: { url, model: 'm', metricsUrls, headers: { 'x-tenant': 'acme' } },
    conversation: { systemPrompt: { tokens: 1 }, rounds: 1 },
    population: { users: 1, arrivals: { process: 'constant', usersPerSec: 1 } },
  });

test('pages of other servers are asked for once each, and do not get to see the key', async () => {
  const [target, other] = [await server(), await server()];
  const urls = [
    ...[other.url, `${other.url}/metrics`, `${target.url}/metrics`],
    `${target.url}/prometheus/metrics`,
  ];
  const { otherPages, close } = await openTarget(
    scenario(target.url, urls),
    new SystemClock(),
    'sk-key',
  );
  // The target's own is read in any case; a URL without a path means its metrics.
  const expected = [`${other.url}/metrics`, `${target.url}/prometheus/metrics`];
  expect([...otherPages!.keys()]).toEqual(expected);
  const texts = await Promise.all([...otherPages!.values()].map((scrape) => scrape()));
  expect(texts).toEqual(['page_total 1\n', 'page_total 1\n']);
  const dressed = (server: ScriptedServer) =>
    server.requests
      .filter(({ path }) => path.includes('metrics'))
      .map(({ path, headers }) => [path, headers['authorization'], headers['x-tenant']]);
  expect(dressed(other)).toEqual([['/metrics', undefined, undefined]]);
  expect(dressed(target)).toEqual([['/prometheus/metrics', 'Bearer sk-key', 'acme']]);
  await close();
});

test.each(['127.0.0.1:9090', 'ftp://h/metrics', 'http://u:p@h/metrics', 'http://h/metrics#a', ''])(
  "%s is no page's URL",
  (url) => {
    expect(() => scenario('http://h', [url])).toThrow(
      /target\.metricsUrls\.0: .*expected the URL of a page, such as http/,
    );
  },
);

test('what looks like a secret in the URL of a page is not written down', () => {
  const { target } = scenario('http://h', ['http://h:9090/metrics?token=abc123']);
  expect(JSON.stringify(withoutSecrets({ target }))).not.toContain('abc123');
  expect(secretsOf(target, undefined)).toContain('abc123');
});
