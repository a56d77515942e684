import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder, textsBelow } from '../support/folders.ts';

/** No part of one is a part of another, nor of anything else. */
const SECRETS = {
  key: 'sk-plant-q1w2e3r4t5y6',
  header: 'hh-7u8i9o0p1a2s3d4f',
  field: 'ff-5g6h7j8k9l0z1x2c',
  query: 'qq-3e4r5t6y7u8i9o0p',
};
/** So much of a secret may be left where a text was cut within it. */
const LEFT_MAX = 4;

const secretsOf = (
  { authorization, 'x-api-key': header }: IncomingHttpHeaders,
  body: string,
  query: URLSearchParams,
) =>
  `${authorization} ${header} ${JSON.parse(body)['client_secret'] ?? ''} ${query.get('sig') ?? ''}`;

/** Says everything that it was told, wherever a server can say something. */
function telltale(response: ServerResponse, told: string, index: number): void {
  const id = `chatcmpl-${told}`;
  const chunk = (delta: object, rest: object = {}) =>
    `data: ${JSON.stringify({
      ...{ id, object: 'chat.completion.chunk', model: told, system_fingerprint: `fp ${told}` },
      choices: [{ index: 0, delta, ...rest }],
    })}\n\n`;
  const message = `${'x'.repeat(270 + index)} ${told}`;
  const kind = index % 5;
  if (kind === 0) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(chunk({ role: 'assistant', content: 'hi' }));
    response.write(chunk({}, { finish_reason: told }));
    response.write(
      `data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1,"note":"${told}"}}\n\n`,
    );
    response.end('data: [DONE]\n\n');
  } else if (kind === 1) {
    response.writeHead(401).end(JSON.stringify({ error: { message, code: told } }));
  } else if (kind === 2) {
    response.writeHead(302, { location: `http://elsewhere/?api_key=${told.split(' ')[1]}` }).end();
  } else if (kind === 3) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ error: message })}\n\n`);
  } else response.writeHead(200).end(`${message} is no answer`);
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  const { pathname, searchParams } = new URL(request.url!, url);
  const told = secretsOf(request.headers, body || '{}', searchParams);
  if (request.method === 'POST') telltale(response, told, posts++);
  else if (pathname === '/version') response.end(JSON.stringify({ version: told }));
  else if (pathname === '/metrics') response.end(`# ${told}\nx{label="${told}"} 1\n`);
  else response.end(JSON.stringify({ data: [{ id: `model ${told}` }] }));
});
let posts = 0;
let url = '';
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function expectNoSecret(text: string): void {
  for (const secret of Object.values(SECRETS)) {
    expect(text).not.toContain(secret.slice(0, LEFT_MAX + 1));
    expect(text).not.toContain(secret.slice(-LEFT_MAX - 1));
  }
}

const SCENARIO = {
  target: {
    headers: { 'x-api-key': SECRETS.header },
    body: { client_secret: SECRETS.field, n: 1 },
  },
  conversation: { rounds: 1, text: 'hi', question: { tokens: 5 }, answer: { tokens: 3 } },
  population: { users: 60, arrivals: { process: 'closed', concurrency: 4 } },
  output: { metricsEverySec: 1 },
};

function scenarioFile(cwd: string, scenario: unknown): string {
  const file = join(cwd, 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  return file;
}

describe('M-67 the secrets of a run', () => {
  const env = { OPENAI_API_KEY: SECRETS.key };

  test('M-67 are in no file and in no output, wherever the server says them, and however it is cut', async () => {
    const cwd = freshFolder();
    const file = scenarioFile(cwd, SCENARIO);
    const secretUrl = `${url}/?sig=${SECRETS.query}`;
    const { stdout, stderr, code } = await confab(['run', file, '--url', secretUrl], { cwd, env });
    expect([code, stderr]).not.toContain(70);
    expect(posts).toBeGreaterThanOrEqual(60);
    const written = textsBelow(join(cwd, 'runs'));
    expect(written.map(({ path }) => path.split('/').at(-1)).sort()).toEqual([
      'journal.ndjson',
      'metrics.ndjson',
      'summary.json',
    ]);
    for (const text of [stdout, stderr, ...written.map((one) => one.text)]) expectNoSecret(text);
    const journal = written.find(({ path }) => path.endsWith('journal.ndjson'))!.text;
    expect(journal).toContain('"x-api-key":"<redacted>"');
    expect(journal).toContain('"client_secret":"<redacted>","n":1');
    expect(journal).toContain('/?sig=***"');
  });

  test('M-67 are not in a scenario that is printed, which is not played without them', async () => {
    const cwd = freshFolder();
    const file = scenarioFile(cwd, SCENARIO);
    const secretUrl = `${url}/?sig=${SECRETS.query}`;
    const flags = ['--url', secretUrl, '--print-scenario'];
    const { stdout } = await confab(['run', file, ...flags], { cwd, env });
    expectNoSecret(stdout);
    writeFileSync(join(cwd, 'printed.yaml'), stdout);
    const fields = 'target.headers.x-api-key, target.body.client_secret are not kept';
    for (const [args, missing] of [
      [[], `target.url, ${fields}`],
      [['--url', url], fields],
    ] as const) {
      const again = await confab(['run', 'printed.yaml', ...args], { cwd, env });
      expect(again.code).toBe(2);
      expect(again.stderr).toContain(`printed.yaml: the values of ${missing}`);
    }
  });

  test.each([
    [
      'multi-round-qa',
      ...['--num-rounds', '2', '--qps', '1', '--max-output-len', '3', '--user-lag', '1'],
      ...['--shared-system-prompt', '1', '--user-history-prompt', '1', '--base-url', 'http://h'],
    ],
    ['multi-turn', '-i', 'none.json', '-m', 'x'],
  ])('M-67 are not in what %s prints', async (...args) => {
    const headers = ['--header', `x-api-key: ${SECRETS.header}`, '--api-key', SECRETS.key];
    const { stdout, code } = await confab([...args, ...headers, '--print-scenario']);
    expect(code).toBe(0);
    expect(stdout).toContain('x-api-key: <redacted>');
    expectNoSecret(stdout);
  });

  test.each([
    ['--set', `target.headers=[Authorization: Bearer ${SECRETS.key}]`],
    ['--set', `target.headers.Authorization={a: ${SECRETS.key}}`],
    ['--set', `target.headers.Authorization={${SECRETS.key}`],
    ['--set', `target.headers.Authorization: Bearer ${SECRETS.key}`],
    ['--set', `target.url={api_key: ${SECRETS.key}}`],
    ['--set', `target=${SECRETS.key}`],
    ['--url', `http://ann:${SECRETS.header}@host/v1`],
    ['--url', `ftp://ann:${SECRETS.header}@host/v1`],
    ['--url', `http://host/v1/responses?token=${SECRETS.header}`],
    [`--no-api-key=${SECRETS.key}`],
  ])('M-67 are not in what is said of %s %s', async (...args) => {
    const cwd = freshFolder();
    const file = scenarioFile(cwd, { population: { users: 1 } });
    const { stdout, stderr, code } = await confab(['run', file, ...args], { cwd });
    expect(code).toBe(2);
    expectNoSecret(stdout + stderr);
  });
});
