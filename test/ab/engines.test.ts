import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enginesOf } from '../../src/ab/engines.ts';
import { SystemClock } from '../../src/base/clock.ts';
import { Interrupted } from '../../src/base/errors.ts';
import { startEngineProcess } from '../../src/play/engine-process.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { freshFolder } from '../support/folders.ts';
import { startProxy } from '../support/proxy-server.ts';

const clock = new SystemClock();

test('an engine that ends before it answers is told with where its output is', async () => {
  const logFile = join(freshFolder(), 'engine.log');
  const starting = startEngineProcess({
    command: 'echo no GPU; exit 3',
    what: '--a-command',
    ...{ logFile, clock, startSecMax: 60, isGivenUp: () => false },
    lacks: async () => 'no answer',
  });
  await expect(starting).rejects.toThrow(
    /^--a-command: ended with code 3 before it answered; the end of .*engine\.log/,
  );
  expect(readFileSync(logFile, 'utf8')).toBe('no GPU\n');
});

test('an engine that answers runs until it is stopped, with what it has started', async () => {
  const logFile = join(freshFolder(), 'engine.log');
  const engine = await startEngineProcess({
    command: 'echo $$; sleep 600 & wait',
    what: '--a-command',
    ...{ logFile, clock, startSecMax: 60, isGivenUp: () => false },
    lacks: async () => (readFileSync(logFile, 'utf8').endsWith('\n') ? undefined : 'its pid'),
  });
  const pid = Number(readFileSync(logFile, 'utf8'));
  expect(process.kill(pid, 0)).toBe(true);
  await engine.stop();
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});

test('an engine that is given up is stopped', async () => {
  const starting = startEngineProcess({
    command: 'sleep 600',
    what: '--a-command',
    ...{ logFile: join(freshFolder(), 'engine.log'), clock, startSecMax: 60 },
    lacks: async () => 'no answer',
    isGivenUp: () => true,
  });
  await expect(starting).rejects.toThrow(Interrupted);
});

test('a cache is reset before a run, but for the second in a row; who cannot, ends it', async () => {
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.writeHead(url === '/reset' ? 200 : 404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const arm = parseScenario({ target: { url: `http://127.0.0.1:${port}` } });
  const options = {
    arms: { a: arm, b: arm },
    commands: {},
    clock,
    startSecMax: 1,
    isGivenUp: () => false,
    network: {},
  };
  const engines = (reset: string) => enginesOf({ ...options, dir: '.', apiKey: undefined, reset });
  try {
    await engines('/reset').prepare('a', false);
    await engines('/reset').prepare('a', true);
    await expect(engines('/nowhere').prepare('b', false)).rejects.toThrow(
      /^--reset: POST http:\S+\/nowhere: found HTTP 404; expected 200, as vLLM says /,
    );
    expect(asked).toEqual(['POST /reset', 'POST /nowhere']);
  } finally {
    server.close();
  }
});

test('a cache behind a proxy is reset through it', async () => {
  const server = createServer((_, response) => void response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy('engine.test', `http://127.0.0.1:${port}`);
  const arm = parseScenario({ target: { url: 'http://engine.test/v1' } });
  const engines = enginesOf({
    ...{ arms: { a: arm, b: arm }, commands: {}, reset: '/reset', dir: '.', clock },
    ...{ startSecMax: 1, apiKey: undefined, isGivenUp: () => false },
    network: { httpProxy: proxy.url },
  });
  try {
    await engines.prepare('a', false);
    expect(proxy.asked).toEqual(['POST http://engine.test/reset']);
  } finally {
    proxy.close();
    server.close();
  }
});
