import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, truncateSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, csvOf, journalOf, runFolder, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { type Logged, type Reply, startLoggingServer } from '../support/logging-server.ts';
import { begun } from '../support/signalled.ts';

/** 20 users of 3 turns, at once. */
const LOAD = [
  'name=load',
  'conversation={rounds: 3, text: hi}',
  'pacing.pauseSec=0',
  'population={users: 20, arrivals: {process: closed, concurrency: 4}}',
  'target.sessionHeaders=[x-user-id]',
  'output.exports=[{format: csv, file: all.csv}]',
];
const sets = (...more: string[]) => [...LOAD, ...more].flatMap((set) => ['--set', set]);

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

const PARTS = ['journal.ndjson', 'journal-2.ndjson', 'journal-3.ndjson'];

const userOf = ({ headers }: Logged) => Number(headers['x-user-id']);

describe.concurrent('M-21 the first signal drains', () => {
  test.each(['SIGINT', 'SIGHUP'] as const)(
    'M-21 %s: what is in flight ends, everything is written, exit code 130',
    (signal) =>
      withServer(
        // The first signal comes when the tenth request is in flight.
        ({ index }) => ({ ttftMs: index >= 8 ? 300 : 0 }),
        async (server) => {
          const cwd = freshFolder();
          const run = start(['run', '/dev/null', '--url', server.url, ...sets()], { cwd });
          await server.arrived(10);
          run.process.kill(signal);
          const { code, stdout, stderr } = await run.ended;
          expect(stderr).toContain('draining: no new turns; waiting up to 120 s');
          expect(stderr).not.toMatch(/has a bug/);
          expect(code).toBe(130);

          const { records, footer } = journalOf(cwd);
          expect(footer).toMatchObject({ stoppedBy: 'interrupt' });
          const sent = records.filter(({ attempts }) => attempts > 0);
          expect(sent).toHaveLength(server.requests.length);
          expect(sent.filter(({ status }) => status !== 'ok')).toEqual([]);
          expect(csvOf(join(cwd, 'all.csv'))).toHaveLength(sent.length);
          // Of users that had come every turn has a record, those that were not sent too.
          const users = new Set(records.map(({ userId }) => userId));
          expect(records).toHaveLength(3 * users.size);
          expect(stdout).toContain('INTERRUPTED before its end');
          expect(stdout).toContain('summary.json');
          expect(JSON.parse(readFileSync(join(runFolder(cwd), 'summary.json'), 'utf8'))).toBeTypeOf(
            'object',
          );
        },
      ),
  );

  test('M-21 a run in simulated time drains in simulated time', async () => {
    const cwd = freshFolder();
    // A month: it would take an hour.
    const run = begun(
      [
        ...['simulate', '/dev/null', '--time', '2600000', '--log-interval', '60'],
        ...['--set', 'population.arrivals={process: closed, concurrency: 2}'],
      ],
      { cwd },
    );
    await run.says(/completed/);
    run.signal('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('INTERRUPTED before its end');
    const { records, footer } = journalOf(cwd);
    expect(footer).toMatchObject({ stoppedBy: 'interrupt' });
    expect(records.some(({ status }) => status === 'ok')).toBe(true);
    expect(records.every(({ status }) => status === 'ok' || status === 'unsent')).toBe(true);
  });

  test('M-21 the drain has a limit', () =>
    withServer(
      () => ({ kind: 'silence' }),
      async (server) => {
        const cwd = freshFolder();
        const run = begun(
          ['run', '/dev/null', '--url', server.url, '--drain-timeout', '0.1', ...sets()],
          { cwd },
        );
        await server.arrived(4);
        run.signal('SIGINT');
        expect((await run.ended).code).toBe(130);
        const { records } = journalOf(cwd);
        expect(records.filter(({ status }) => status === 'cancelled')).toHaveLength(4);
        expect(records.filter(({ status }) => status === 'unsent')).toHaveLength(8);
      },
    ));

  test('M-21 --time: a run stops by itself and is complete', () =>
    withServer(
      () => ({ ttftMs: 20 }),
      async (server) => {
        const cwd = freshFolder();
        const args = ['run', '/dev/null', '--url', server.url, '--time', '0.4'];
        const { code, stdout } = await confab([...args, ...sets('population.users=10000')], {
          cwd,
        });
        expect(code).toBe(0);
        expect(stdout).toContain('after its set time');
        const { records, footer } = journalOf(cwd);
        expect(footer).toMatchObject({ stoppedBy: 'duration' });
        expect(records.filter(({ attempts }) => attempts > 0)).toHaveLength(server.requests.length);
      },
    ));
});

test('M-22 the second signal stops at once, and everything is written', () =>
  withServer(
    ({ index }) => (index < 6 ? {} : { kind: 'silence' }),
    async (server) => {
      const cwd = freshFolder();
      const run = begun(['run', '/dev/null', '--url', server.url, ...sets()], { cwd });
      await server.arrived(10);
      run.signal('SIGINT');
      await run.says(/draining/);
      run.signal('SIGINT');
      const { code, stdout, stderr } = await run.ended;
      expect(stderr).toContain('stopping now; everything measured is written');
      expect(code).toBe(130);
      const { records, footer } = journalOf(cwd);
      expect(footer).toMatchObject({ stoppedBy: 'interrupt' });
      const count = (status: string) => records.filter((record) => record.status === status).length;
      expect([count('ok'), count('cancelled')]).toEqual([6, 4]);
      expect(csvOf(join(cwd, 'all.csv'))).toHaveLength(6);
      expect(stdout).toMatch(/cancelled +4/);
    },
  ));

test('M-22 stopped in its warm-up, a run has measured nothing, and says so', () =>
  withServer(
    () => ({ kind: 'silence' }),
    async (server) => {
      const cwd = freshFolder();
      const args = ['run', '/dev/null', '--url', server.url, ...sets('warmup.requests=3')];
      const run = begun(args, { cwd });
      await server.arrived(3);
      run.signal('SIGINT');
      await run.says(/draining/);
      run.signal('SIGTERM');
      const { code, stdout } = await run.ended;
      expect(code).toBe(130);
      const { records, footer } = journalOf(cwd);
      expect(records.map(({ phase, status }) => `${phase} ${status}`)).toEqual(
        Array(3).fill('warmup cancelled'),
      );
      expect(footer!.measureEndMs - footer!.measureStartMs).toBe(0);
      expect(stdout).toMatch(/measured +0\.0 s/);
      expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
    },
  ));

// One after the other, on the same run folder.
describe.sequential('killed, and resumed', () => {
  const cwd = freshFolder();
  const first: Logged[] = [];
  let atKill: { userId: number; turn: number }[] = [];

  test('M-21 a SIGKILL loses nothing that is older than a second', () =>
    withServer(
      ({ index }) => ({ ttftMs: index < 30 ? 0 : 10_000 }),
      async (server) => {
        const run = start(['run', '/dev/null', '--url', server.url, ...sets('seed=5')], { cwd });
        await server.arrived(34);
        // The server has answered 30; within a second they are in the journal.
        await expect
          .poll(() => journalOf(cwd).records.length, { timeout: 60_000, interval: 50 })
          .toBe(30);
        run.process.kill('SIGKILL');
        expect((await run.ended).signal).toBe('SIGKILL');
        first.push(...server.requests);
        const { records, footer } = journalOf(cwd);
        expect(footer).toBeUndefined();
        atKill = records;
      },
    ));

  test('the report can be made of what is there, also if the last line was cut off', async () => {
    const { code, stdout } = await confab(['report', runFolder(cwd)]);
    expect(code).toBe(0);
    expect(stdout).toContain('OUT OF ORDER (killed');
    expect(stdout).toMatch(/completed +30/);

    const path = join(runFolder(cwd), 'journal.ndjson');
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 20);
    const cut = await confab(['report', runFolder(cwd)]);
    writeFileSync(path, whole);
    expect(cut.code).toBe(0);
    expect(cut.stdout).toMatch(/completed +29/);
    expect(cut.stdout).toMatch(/line 31, the last, is cut off/);
  });

  test('--resume plays the rest: nobody twice that was finished, the others from their first turn, with a salt', () =>
    withServer(
      ({ index }) => (index < 12 ? {} : { kind: 'silence' }),
      async (server) => {
        const args = ['run', '--resume', runFolder(cwd), '--url', server.url, '--isolate', 'salt'];
        const run = begun(args, { cwd });
        await server.arrived(16);
        run.signal('SIGINT');
        await run.says(/draining/);
        run.signal('SIGINT');
        const { code, stdout, stderr } = await run.ended;
        expect(code).toBe(130);
        const turns = grouped(atKill);
        const finished = [...turns].filter(([, played]) => played.length === 3).map(([id]) => id);
        expect(stderr).toContain(`${finished.length} conversations are finished`);
        const again = new Set(server.requests.map(userOf));
        for (const id of finished) expect(again).not.toContain(id);
        for (const [id] of turns) if (!finished.includes(id)) expect(again).toContain(id);
        for (const id of again) {
          const mine = server.requests.filter((request) => userOf(request) === id);
          expect(mine[0]!.body.messages).toHaveLength(1);
        }
        expect(new Set(server.requests.map(({ body }) => body.cache_salt))).toEqual(
          new Set(['part-2']),
        );
        expect(journalOf(cwd, PARTS[1]).header.isolation).toBe('salt');
        expect(journalOf(cwd).header).not.toHaveProperty('isolation');
        // The same user says the same as in the first part.
        const said = (list: Logged[]) =>
          new Map(
            list
              .filter(({ body }) => body.messages.length === 1)
              .map((one) => [userOf(one), one.body.messages[0].content]),
          );
        const before = said(first);
        for (const [id, text] of said(server.requests))
          if (before.has(id)) expect(text).toBe(before.get(id));
        expect(stdout).toContain('resumed: the parts are taken together');
      },
    ));

  test('--resume again, with a marker before the prompt; the report covers all parts', () =>
    withServer(
      () => ({}),
      async (server) => {
        const args = [
          'run',
          '--resume',
          runFolder(cwd),
          '--url',
          server.url,
          '--isolate',
          'marker',
        ];
        const { code, stdout } = await confab(args, { cwd });
        expect(code).toBe(0);
        for (const { body } of server.requests) {
          expect(body.messages[0].content).toMatch(/^\[part 3\]\n/);
          expect(body).not.toHaveProperty('cache_salt');
        }
        expect(stdout).toMatch(/conversations +.*20 of them to the end/);
        expect(stdout).toContain('journal-3.ndjson');
        expect(journalOf(cwd, PARTS[2]).header.isolation).toBe('marker');
        // 20 conversations of 3 turns, however often each was played.
        expect(stdout).toMatch(/planned +60, of which \d+ were played twice/);
        const finishing = PARTS.flatMap((name) => journalOf(cwd, name).records)
          .filter(({ turn, status }) => turn === 2 && status === 'ok')
          .map(({ userId }) => userId);
        expect(finishing.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: 20 }, (_, i) => i + 1),
        );

        const rows = csvOf(join(cwd, 'all.csv')).map(
          (row) => `${row['user_id']}/${row['question_id']}`,
        );
        // What was measured stays, also of turns that were measured again; none is missing.
        expect(new Set(rows).size).toBe(60);
        const measured = PARTS.flatMap((name) => journalOf(cwd, name).records);
        expect(rows).toHaveLength(measured.filter(({ status }) => status === 'ok').length);

        const over = await confab(['run', '--resume', runFolder(cwd), '--url', server.url], {
          cwd,
        });
        expect(over.code).toBe(0);
        expect(over.stderr).toContain('nothing is left to play');
      },
    ));
});

test('a run that goes on is not resumed, nor twice at once; one that was killed is', () =>
  withServer(
    ({ index }) => (index === 5 ? { kind: 'silence' } : {}),
    async (server) => {
      const cwd = freshFolder();
      const run = start(['run', '/dev/null', '--url', server.url, ...sets()], { cwd });
      await server.arrived(8);
      const dir = runFolder(cwd);
      const resume = ['run', '--resume', dir, '--url', server.url];
      const refused = await confab(resume, { cwd });
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(
        new RegExp(`^error: .*: process ${run.process.pid} is writing into it; expected`),
      );
      run.process.kill('SIGKILL');
      await run.ended;
      const both = await Promise.all([start(resume, { cwd }).ended, start(resume, { cwd }).ended]);
      // Whoever comes second finds the other at it, or nothing left to play.
      const codes = both.map(({ code }) => code);
      expect([codes.includes(0), codes.every((code) => code === 0 || code === 2)]).toEqual([
        true,
        true,
      ]);
      expect(
        both.some(({ stderr }) => /took over from process \d+, which is gone/.test(stderr)),
      ).toBe(true);
      const counts = JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8')).counts;
      expect(counts.planned).toBe(60);
      const report = await confab(['report', dir], { cwd });
      expect(report.stdout).not.toContain('more than once');
      expect(existsSync(join(dir, 'lock'))).toBe(false);
    },
  ));

function grouped<T extends { userId: number }>(records: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const record of records) {
    groups.set(record.userId, [...(groups.get(record.userId) ?? []), record]);
  }
  return groups;
}

test('a signal while a file is written ends the process as ever, and leaves nothing of it', async () => {
  const cwd = freshFolder();
  // A file that begins and does not go on.
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('TIMESTAMP');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const watched = watch(cwd);
  const isBegun = once(watched, 'change');
  const url = `http://127.0.0.1:${port}/conv.csv`;
  const download = start(['dataset', 'download', 'azure-conv', '--url', url], { cwd });
  await isBegun;
  watched.close();
  expect(readdirSync(cwd)).toEqual([expect.stringContaining('AzureLLM')]);
  download.process.kill('SIGTERM');
  expect(await download.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  expect(readdirSync(cwd)).toEqual([]);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});
