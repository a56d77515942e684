import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SMALL = [
  '--set',
  'conversation={text: hi, rounds: 2, question: {tokens: 20}, answer: {tokens: 10, force: true}}',
  ...['--users', '3'],
];

/** Nobody waits for anybody. */
const SOON = ['--users-per-sec', '10', '--think', '0'];

function listening(): Promise<[Server, number]> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      resolve([server, (server.address() as { port: number }).port]);
    });
  });
}

test('a port that is taken is an error before anything is sent or made', async () => {
  const [server, port] = await listening();
  const cwd = freshFolder();
  const { code, stderr } = await confab(['run', 'demo', ...SMALL, `--live=${port}`], { cwd });
  server.close();
  expect(code).toBe(2);
  expect(stderr).toContain(`--live: cannot listen on 127.0.0.1:${port}: it is in use`);
  expect(existsSync(join(cwd, 'runs'))).toBe(false);
});

test('a word behind --live is taken for its port, and the error says so', async () => {
  const { code, stderr } = await confab(['run', '--live', 'demo']);
  expect(code).toBe(2);
  expect(stderr).toContain(
    "Found 'demo'; expected a port from 0 to 65535, or nothing: as the last",
  );
});

test('a run in virtual time is the same with a page', async () => {
  const journal = async (...flags: string[]) => {
    const cwd = freshFolder();
    const { code, stderr } = await confab(['simulate', 'demo', ...SMALL, ...flags], { cwd });
    expect(code, stderr).toBe(0);
    const dir = join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0]!);
    return { text: readFileSync(join(dir, 'journal.ndjson'), 'utf8'), stderr };
  };
  const live = await journal('--live');
  expect(live.stderr).toMatch(/^live: http:\/\/127\.0\.0\.1:\d+\/ /m);
  expect(live.text).toBe((await journal()).text);
});

test.each([
  { title: 'Run demo', args: ['run', 'demo', ...SMALL] },
  { title: 'Run demo-1x2', args: ['sessions', 'demo', ...SMALL.slice(0, 2), '-c1', '-s2'] },
  { title: 'Sweep of demo', args: ['sweep', 'demo', ...SMALL, ...SOON, '--over', 'seed=1,2'] },
])('who watches has the page $title when the program has ended', async ({ title, args }) => {
  const run = start([...args, '--live', '--log-format', 'json'], { cwd: freshFolder() });
  let stderr = '';
  run.process.stderr!.on('data', (text) => (stderr += text));
  await run.says(/"event":"live"/);
  const [, url] = /"url":"([^"]+)"/.exec(stderr)!;
  const events = await (await fetch(`${url}events`)).text();
  expect(events).toContain('event: over\n');
  const report = await (await fetch(`${url}report`)).text();
  const { code } = await run.ended;
  expect(code).toBe(0);
  expect(report).toMatch(/^<!doctype html>/);
  expect(report).toContain(`<h1>${title}</h1>`);
});
