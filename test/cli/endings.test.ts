import { spawn } from 'node:child_process';
import { existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, confabProcess, csvOf, journalOf, runFolder, start } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { type Logged, type Reply, startLoggingServer } from '../support/logging-server.ts';
import { absent, titled } from '../support/needs.ts';

const MAIN = join(ROOT, 'dist/main.js');
const LOAD = [
  'conversation={rounds: 2, text: hi}',
  'pacing.pauseSec=0',
  'population={users: 6, arrivals: {process: closed, concurrency: 2}}',
  'output.logIntervalSec=0.01',
].flatMap((set) => ['--set', set]);

/** A module to be loaded first, in a file of its own. */
function preload(source: string): string {
  const path = join(freshFolder(), 'preload.mjs');
  writeFileSync(path, source);
  return path;
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

async function withServer<T>(
  reply: (request: Logged) => Reply,
  use: (server: Awaited<ReturnType<typeof startLoggingServer>>) => Promise<T>,
): Promise<T> {
  const server = await startLoggingServer({ reply });
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

describe.concurrent('whoever reads, or does not', () => {
  test('a reader of a pipe that takes its time gets everything', async () => {
    const told = preload(`
      const timer = setInterval(() => {
        if (process.stdout.writableLength === 0) return;
        clearInterval(timer);
        process.stderr.write('the pipe is full');
      }, 1);
      timer.unref();`);
    const command = [process.execPath, '--import', told, MAIN, 'schema'];
    const child = spawn('sh', ['-c', '"$@" | { read -r go <&3; cat; }', 'sh', ...command], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr!.once('data', () => (child.stdio[3] as NodeJS.WritableStream).end('go\n'));
    await new Promise((done) => child.on('close', done));
    expect(stdout).toBe((await confab(['schema'])).stdout);
    expect(stdout.length).toBeGreaterThan(65_536);
  });

  const noFull = absent('/dev/full');
  test.skipIf(noFull)(titled('a full disk behind stdout: exit code 1', noFull), async () => {
    const child = spawn(process.execPath, [MAIN, 'schema'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text) => (stderr += text));
    expect(await new Promise((done) => child.on('close', done))).toBe(1);
    expect(stderr).toMatch(/^error: stdout cannot be written: .*ENOSPC.*\n$/);
  });

  test.each(['stdout', 'stderr'] as const)(
    'a run whose %s is closed ends as any other, its results in its folder',
    (name) =>
      withServer(
        () => ({}),
        async (server) => {
          const cwd = freshFolder();
          const run = start(['run', '/dev/null', '--url', server.url, ...LOAD], { cwd });
          run.process[name]!.destroy();
          const { code, stderr } = await run.ended;
          // What goes wrong with stderr keeps nothing from anybody.
          expect(code).toBe(name === 'stdout' ? 1 : 0);
          if (name === 'stdout') expect(stderr).toMatch(/error: stdout cannot be written: .*EPIPE/);
          expect(journalOf(cwd).records).toHaveLength(12);
          expect(journalOf(cwd).footer).toMatchObject({ stoppedBy: 'users' });
          expect(existsSync(join(runFolder(cwd), 'summary.json'))).toBe(true);
        },
      ),
  );
});

test.each([
  ['an exception', "throw new Error('as it were');"],
  ['a rejection', "Promise.reject(new Error('as it were'));"],
])('%s that nobody catches is our bug: what was measured is kept', (_what, fail) =>
  withServer(
    ({ index }) => (index < 5 ? {} : { kind: 'silence' }),
    async (server) => {
      const cwd = freshFolder();
      const nodeFlags = ['--import', preload(`process.on('SIGUSR2', () => { ${fail} });`)];
      const args = ['run', '/dev/null', '--url', server.url, ...LOAD];
      const run = start(args, { cwd, nodeFlags });
      await server.arrived(7);
      run.process.kill('SIGUSR2');
      const { code, stderr } = await run.ended;
      expect(code).toBe(70);
      expect(stderr).toMatch(/confab has a bug; please report this:\nError: as it were\n/);
      expect(stderr).toMatch(/what was measured until then is kept: confab report runs\/run-/);
      const { records, footer } = journalOf(cwd);
      expect([records.length, footer]).toEqual([5, undefined]);
      const again = await confab(['report', runFolder(cwd)], { cwd });
      expect(again.stdout).toMatch(/completed +5\b/);
    },
  ),
);

test.each([
  ['an exception', "throw new Error('as it were');", 'Error: embedded engine: as it were'],
  ['its end', 'process.exit(7);', 'Error: embedded engine: its thread ended with code 7'],
])(
  '%s in the thread of the embedded engine is our bug: what was measured is kept',
  async (_what, fail, told) => {
    const cwd = freshFolder();
    const nodeFlags = [
      '--import',
      preload(`
      import { isMainThread } from 'node:worker_threads';
      const channel = new BroadcastChannel('test');
      channel.unref();
      if (isMainThread) process.on('SIGUSR2', () => channel.postMessage('fail'));
      else channel.onmessage = () => { ${fail} };`),
    ];
    const more = ['--set', 'population.users=1000', '--set', 'conversation.answer.tokens=3'];
    const run = start(['run', '/dev/null', ...LOAD, ...more], { cwd, nodeFlags });
    await run.says(/ [1-9]\d* completed/);
    run.process.kill('SIGUSR2');
    const { code, stderr } = await run.ended;
    expect(code).toBe(70);
    expect(stderr).toContain(`confab has a bug; please report this:\n${told}\n`);
    expect(stderr).toMatch(/what was measured until then is kept: confab report runs\/run-/);
    const { records, footer } = journalOf(cwd);
    expect([records.length > 0, footer]).toEqual([true, undefined]);
    const again = await confab(['report', runFolder(cwd)], { cwd });
    expect(again.stdout).toContain('OUT OF ORDER');
  },
);

describe.concurrent('signals before the first request, and after the last', () => {
  test('while the server is asked what it serves: nothing is there, and that is said', async () => {
    const asked = deferred();
    const { createServer } = await import('node:http');
    const server = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as { port: number };
    const cwd = freshFolder();
    const run = start(['run', '/dev/null', '--url', `http://127.0.0.1:${port}`, ...LOAD], { cwd });
    await asked.promise;
    run.process.kill('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    server.closeAllConnections();
    server.close();
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toBe(
      'error: interrupted before the run began: nothing was measured, and nothing is written\n',
    );
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
  });

  test.each([
    ['its first page of metrics', 1],
    ['its last', 2],
  ])('while the engine does not give %s', async (_which, silentFrom) => {
    const asked = deferred();
    const inner = await startLoggingServer({ reply: () => ({}) });
    const { createServer } = await import('node:http');
    let pages = 0;
    const server = createServer(async (request, response) => {
      if (request.url === '/metrics') {
        if (++pages >= silentFrom) asked.resolve();
        else response.end('up 1\n');
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = 'GET', headers } = request;
      const answer = await fetch(inner.url + request.url, {
        method,
        headers: { 'content-type': headers['content-type'] ?? 'text/plain' },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? 'text/plain',
      });
      response.end(await answer.text());
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as { port: number };
    const cwd = freshFolder();
    const run = start(['run', '/dev/null', '--url', `http://127.0.0.1:${port}`, ...LOAD], { cwd });
    await asked.promise;
    run.process.kill('SIGTERM');
    const { code, stdout, stderr } = await run.ended;
    server.closeAllConnections();
    server.close();
    await inner.close();
    expect(code).toBe(130);
    if (silentFrom === 1) {
      expect(stderr).toContain('interrupted before the run began: nothing was measured');
      expect((await confabProcess(['report', join(cwd, 'runs')])).stderr).toContain('found no');
    } else {
      expect(stdout).toMatch(/completed +12\b/);
      expect(journalOf(cwd).footer).toMatchObject({ stoppedBy: 'users' });
      expect(existsSync(join(runFolder(cwd), 'summary.json'))).toBe(true);
    }
  });
});

test('a run folder that is removed during the run: the report is of memory, exit code 1', () =>
  withServer(
    ({ index }) => (index === 3 ? { kind: 'silence' } : {}),
    async (server) => {
      const cwd = freshFolder();
      const file = join(cwd, 'all.csv');
      const args = ['run', '/dev/null', '--url', server.url, ...LOAD];
      const sets = [
        '--set',
        `output.exports=[{format: csv, file: ${file}}]`,
        '--drain-timeout',
        '0',
      ];
      const run = start([...args, ...sets], { cwd });
      await server.arrived(8);
      rmSync(runFolder(cwd), { recursive: true });
      const { code, stdout, stderr } = await run.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /error: the journal cannot be written: .* it, or its folder, was removed/,
      );
      expect(stderr).toMatch(/error: .*summary\.json/);
      expect(stdout).toMatch(/ended +BROKEN OFF, as its journal could not be written any more/);
      expect(stdout).toMatch(/completed +[1-9]/);
      expect(stdout).not.toContain('summary.json');
      expect(csvOf(file).length).toBeGreaterThan(0);
      expect(existsSync(join(cwd, 'runs', 'journal.ndjson'))).toBe(false);
    },
  ));

const noProc = absent('/proc/1');
test.skipIf(noProc)(
  titled('folders that cannot be made: an error, or done without, and never a hang', noProc),
  async () => {
    const simulate = ['simulate', '/dev/null', ...LOAD];
    const refused = await confab([...simulate, '--output-dir', '/proc/x']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: cannot make the run folder \/proc\/x\/run-.*: ENOENT/),
    ]);
    const cwd = freshFolder();
    const uncached = await confab(simulate, { cwd, env: { XDG_CACHE_HOME: '/proc/1' } });
    expect(uncached.code).toBe(0);
  },
);
