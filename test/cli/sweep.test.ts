import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRun } from '../../src/record/run-folder.ts';
import { confab, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { startLoggingServer } from '../support/logging-server.ts';
import { begun } from '../support/signalled.ts';

const SMALL = [
  'conversation={text: hi, rounds: 2, question: {tokens: 20}, answer: {tokens: 10, force: true}}',
  'population={arrivals: {process: poisson, usersPerSec: 5}, users: 6}',
];
const sets = (...more: string[]) => [...SMALL, ...more].flatMap((set) => ['--set', set]);
const SWEEP = ['sweep', '/dev/null', ...sets()];

/** The folder of the only sweep. */
const sweepIn = (cwd: string) => join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0]!);
const runsIn = (dir: string) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(dir, name))
    .sort();
const textOf = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8');

// With its usage: a run that must count tokens itself loads a vocabulary for it.
const ANSWER = {
  usage: { prompt_tokens: 5, completion_tokens: 1 },
  choices: [{ message: { content: 'x' }, finish_reason: 'stop' }],
  data: [{ id: 'm' }],
};

/** Answers at once, and says who it is. */
const SERVER = `
import { createServer } from 'node:http';
const [port, label] = process.argv.slice(2);
const answer = ${JSON.stringify(ANSWER)};
createServer((_, response) => response.end(JSON.stringify(answer))).listen(port, '127.0.0.1');
console.log(label + ' serves');
`;

describe('a sweep', () => {
  test('003-17, M-27, M-28: rates and labels, a result for each and one table and figure of all', async () => {
    const cwd = freshFolder();
    const args = ['--rates', '10,20', '--labels', 'fcfs,priority', '--simulate', '--workers', '1'];
    const { code, stdout, stderr } = await confab([...SWEEP, ...args], { cwd });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/rate +label +p50 ms/);
    for (const rate of [10, 20])
      for (const label of ['fcfs', 'priority'])
        expect(stdout).toMatch(new RegExp(`^ +${rate} +${label} +\\d`, 'm'));
    const dir = sweepIn(cwd);
    const runs = runsIn(dir);
    expect(runs).toHaveLength(4);
    for (const run of runs) expect(readdirSync(run)).toContain('summary.json');
    expect(textOf(dir, 'sweep.svg')).toContain('TTFT by rate');
    expect(JSON.parse(textOf(dir, 'sweep.json')).points).toHaveLength(4);
    // The same requests at the same times, but for the rate: common random numbers.
    const [fcfs, priority] = runs.map((run) => readRun(run).parts[0]!.records);
    const said = (records: typeof fcfs) =>
      records!.map(({ userId, turn, inputTokens }) => [userId, turn, inputTokens]);
    expect(said(priority)).toEqual(said(fcfs));
  });

  test('what comes of it does not depend on the number of threads', async () => {
    const outputs = [];
    for (const workers of ['1', '2']) {
      const cwd = freshFolder();
      const args = ['--over', 'rate=5,10', '--repeats', '2', '--simulate', '--workers', workers];
      const { code, stdout, stderr } = await confab([...SWEEP, ...args], { cwd });
      expect(code, stderr).toBe(0);
      const dir = sweepIn(cwd);
      const files = ['sweep.json', 'sweep.svg'].map((name) => textOf(dir, name));
      const journals = runsIn(dir).map((run) => readRun(run).parts[0]!.records);
      outputs.push([stdout.replaceAll(/^(Figure|Runs): .*$/gm, ''), stderr, files, journals]);
    }
    expect(outputs[1]).toEqual(outputs[0]);
  });

  test('what is missing after a kill is played by --resume, and nothing else', async () => {
    const cwd = freshFolder();
    const args = [...SWEEP, '--over', 'rate=5,10', '--simulate', '--workers', '1'];
    const whole = await confab(args, { cwd });
    const dir = sweepIn(cwd);
    const lines = textOf(dir, 'sweep.ndjson').trimEnd().split('\n');
    writeFileSync(join(dir, 'sweep.ndjson'), `${lines.slice(0, 2).join('\n')}\n{"key":"2.`);
    const before = runsIn(dir);
    const resumed = await confab(['sweep', '--resume', dir], { cwd });
    expect(resumed.code, resumed.stderr).toBe(0);
    const table = (text: string) => text.split('\n\n')[0];
    expect(table(resumed.stdout)).toEqual(table(whole.stdout));
    expect(runsIn(dir).length).toBe(before.length + 1);
  });

  test('against a server every point has users of its own, whatever is run before it', async () => {
    const server = await startLoggingServer({ reply: () => ({ ttftMs: 0 }) });
    const usersOf = async (...more: string[]) => {
      const cwd = freshFolder();
      const args = ['--url', server.url, '--model', 'm', '--over', 'rate=400,500', ...more];
      const { code, stderr } = await confab([...SWEEP, ...args], { cwd });
      expect(code, stderr).toBe(0);
      return runsIn(sweepIn(cwd)).map((run) =>
        [...new Set(readRun(run).parts[0]!.records.map(({ userId }) => userId))].sort(
          (a, b) => a - b,
        ),
      );
    };
    expect(await usersOf()).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12],
    ]);
    const before = ['--before', 'true'];
    expect(await usersOf(...before)).toEqual([
      [1, 2, 3, 4, 5, 6],
      [7, 8, 9, 10, 11, 12],
    ]);
    await server.close();
  });

  test('--start serves each point by a server of its own, whose cache is empty: by the same users', async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, 'server.mjs'), SERVER);
    const port = 20_000 + (process.pid % 20_000);
    const command = `exec ${process.execPath} ${join(cwd, 'server.mjs')} ${port} {label}`;
    const url = `http://127.0.0.1:${port}`;
    const args = ['--labels', 'one,two', '--url', url, '--no-stream', '--start', command];
    const { code, stderr } = await confab([...SWEEP, ...args, '--over', 'rate=500'], { cwd });
    expect(code, stderr).toBe(0);
    const dir = sweepIn(cwd);
    expect(textOf(dir, 'server-1.1.log')).toBe('one serves\n');
    expect(textOf(dir, 'server-2.1.log')).toBe('two serves\n');
    for (const run of runsIn(dir)) {
      const users = readRun(run).parts[0]!.records.map(({ userId }) => userId);
      expect(Math.min(...users)).toBe(1);
    }
  });

  const DOCUMENTS = [
    'conversation={text: hi, userHistory: {tokens: 500}, question: {tokens: 10}, rounds: 1, answer: {tokens: 5, force: true}}',
    'population={arrivals: {process: constant, usersPerSec: 1}}',
    'stop.afterSec=40',
    // Some forty documents in both tiers.
    'engine={gpu: rtx4090, kvGB: 0.2, offload: {preset: vllm, cpu: {capacityGB: 2.6}}}',
  ].flatMap((set) => ['--set', set]);

  test('a cache that is kept remembers: the same load after less, and after more than it holds', async () => {
    const args = ['--over', 'usersPerSec=0.4,0.8,1.6,0.801', '--simulate', '--keep-cache'];
    const cwd = freshFolder();
    const { code, stderr } = await confab(['sweep', '/dev/null', ...DOCUMENTS, ...args], { cwd });
    expect(code, stderr).toBe(0);
    const { points } = JSON.parse(textOf(sweepIn(cwd), 'sweep.json'));
    const [cold, after, , afterMore] = points.map(
      ({ readings }: { readings: Record<string, { value: number }> }) =>
        readings['cache.share']!.value,
    );
    expect(cold).toBeLessThan(0.1);
    expect(after).toBeGreaterThan(0.4);
    expect(afterMore).toBeLessThan(0.1);
  });

  test('a search of a cache that is kept says that it matters from where a load is come to', async () => {
    const args = ['--find-max', 'usersPerSec', '--from', '0.4', '--slo', 'cache.share>0.3'];
    const more = ['--precision', '0.3', '--simulate', '--keep-cache', '--most', '3'];
    const { code, stdout, stderr } = await confab(
      ['sweep', '/dev/null', ...DOCUMENTS, ...args, ...more],
      {},
    );
    expect(code, stderr).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /It matters from where it is come to: from below it is .* The cache remembers: the lower one is safe\./,
    );
  });

  // A process of its own, as there is no other way to be killed.
  test('a server that --start has started ends when the sweep is killed', async () => {
    const cwd = freshFolder();
    writeFileSync(join(cwd, 'server.mjs'), SERVER);
    const port = 20_000 + (process.pid % 20_000);
    const url = `http://127.0.0.1:${port}`;
    // Not with exec: the server is a child of the shell that is started.
    const command = `${process.execPath} ${join(cwd, 'server.mjs')} ${port} it; true`;
    const args = ['--url', url, '--no-stream', '--start', command, '--over', 'rate=0.01'];
    const isThere = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    const sweep = start([...SWEEP, ...args], { cwd });
    await expect.poll(isThere, { timeout: 60_000, interval: 50 }).toBe(true);
    sweep.process.kill('SIGKILL');
    await sweep.ended;
    await expect.poll(isThere, { timeout: 60_000, interval: 50 }).toBe(false);
  });

  test('--reset empties the cache before each run, so that all have the same users; who cannot, ends it', async () => {
    const cwd = freshFolder();
    const asked: string[] = [];
    const server = createServer(({ method, url }, response) => {
      asked.push(`${method} ${url}`);
      response.writeHead(url === '/nowhere' ? 404 : 200).end(JSON.stringify(ANSWER));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = [...SWEEP, '--over', 'rate=400,500', '--url', url, '--no-stream'];
    const { code, stderr } = await confab([...args, '--reset', '/reset_prefix_cache'], { cwd });
    expect(code, stderr).toBe(0);
    const cares = asked.filter((one) => !one.includes('/v1/models'));
    const resets = cares.flatMap((one, index) => (one.includes('reset') ? [index] : []));
    expect(cares[0]).toBe('POST /reset_prefix_cache');
    expect(resets).toEqual([0, cares.length / 2]);
    for (const run of runsIn(sweepIn(cwd))) {
      const users = readRun(run).parts[0]!.records.map(({ userId }) => userId);
      expect(Math.min(...users)).toBe(1);
    }
    const refused = await confab([...args, '--reset', '/nowhere'], { cwd: freshFolder() });
    server.close();
    expect(refused.stderr).toMatch(/--reset: POST http:\S+\/nowhere: found HTTP 404; expected 200/);
    expect(refused.code).toBe(2);
  });

  test('of a server that is not there nothing is left, and nothing to go on with', async () => {
    const cwd = freshFolder();
    const args = [...SWEEP, '--over', 'rate=1,2', '--model', 'm', '--url', 'http://127.0.0.1:9'];
    const { code, stdout, stderr } = await confab(args, { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: cannot reach http:\/\/127\.0\.0\.1:9: [^\n]*\n$/);
    expect(stdout).toBe('');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('--start does not take another server for its own, nor waits for one that has ended', async () => {
    const server = await startLoggingServer({ reply: () => ({ ttftMs: 0 }) });
    const args = [...SWEEP, '--over', 'rate=400', '--model', 'm', '--url', server.url];
    const taken = await confab([...args, '--start', 'true']);
    await server.close();
    expect(taken.stderr).toMatch(/--start: something answers at http:.* already/);
    expect(taken.code).toBe(2);
    const gone = await confab([...args, '--start', 'echo no GPU; exit 1']);
    expect(gone.stderr).toMatch(
      /--start: ended with code \d+ before it answered; the end of .*: no GPU/,
    );
    expect(gone.code).toBe(3);
  });

  test('Ctrl-C prints what there is, and how to go on', async () => {
    const cwd = freshFolder();
    const server = await startLoggingServer({
      reply: ({ index }) => ({ ttftMs: index > 12 ? 200 : 0 }),
    });
    const args = ['--url', server.url, '--model', 'm', '--over', 'rate=400,500'];
    const sweep = begun([...SWEEP, ...args], { cwd });
    await server.arrived(14);
    sweep.signal('SIGINT');
    const { code, stdout } = await sweep.ended;
    await server.close();
    expect(code).toBe(130);
    expect(stdout).toContain('1 of 2 runs are missing: confab sweep --resume runs/sweep-');
  });
});

/** Few runs: how good the search is, is told by others. */
const QUICK = ['--precision', '0.5', '--max-repeats', '2'];

describe('--find-max', () => {
  test('prints the bound, its interval and the runs that it took', async () => {
    const cwd = freshFolder();
    const slo = 'ttft.p50<60,tpot.p75<1000';
    const args = ['--find-max', 'users', '--slo', slo, '--simulate', '--workers', '1'];
    const engine = [SMALL[0]!, 'engine.maxSeqs=4', 'stop.afterRequests=100'];
    const settings = engine.flatMap((set) => ['--set', set]);
    const { code, stdout, stderr } = await confab(
      ['sweep', '/dev/null', ...args, ...settings, ...QUICK, '--json', 'f.json'],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}users +runs +TTFT p50 ms +TPOT p75 ms +verdict$/m);
    // Every limit is measured, whether it is a column of sweeps or not.
    expect(stdout).toMatch(/^ {2}1 +\d +[\d.]+ +[\d.]+ +within$/m);
    expect(stdout).toMatch(/^Largest users within no failed request, ttft.p50 <= 60, tpot.p75/m);
    const { bound, within, beyond } = JSON.parse(readFileSync(join(cwd, 'f.json'), 'utf8'));
    expect(within).toBeLessThan(beyond);
    expect(bound.interval95[0]).toBeLessThanOrEqual(bound.interval95[1]);
  });

  test('exit code 1 where not even the least load is within', async () => {
    const args = ['--find-max', 'rate', '--slo', 'ttft.p50<1', '--least', '1', '--simulate'];
    const { code, stdout } = await confab([...SWEEP, ...args, '--workers', '1']);
    expect(stdout).toContain('Not even rate 1 is within no failed request, ttft.p50 <= 1: 1 run');
    expect(code).toBe(1);
  });
});

describe('wrong flags: exit code 2, and what is accepted, before anything is sent', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing to vary', [], /nothing to vary: expected --over name=values/],
    ['no such field', ['--over', 'engine.x=1'], /engine.x: unknown field/],
    ['no such value', ['--labels', 'lifo', '--simulate'], /engine.policy: found "lifo"/],
    ['a rate of 0', ['--over', 'rate=0,1'], /rate: found 0; expected a number above 0/],
    ['half a user', ['--over', 'users=1.5'], /users: found 1.5; expected a whole number/],
    [
      'both',
      ['--over', 'rate=1', '--find-max', 'rate', '--slo', 'ttft.p95<9'],
      /expected one of them/,
    ],
    ['a search without limits', ['--find-max', 'rate'], /--slo: missing; expected limits/],
    ['repeats of a search', ['--find-max', 'rate', '--repeats', '2'], /expected --max-repeats/],
    ['a grid with --from', ['--over', 'rate=1', '--from', '2'], /--from: needs --find-max/],
    [
      'a start without a server',
      ['--over', 'rate=1', '--simulate', '--start', 'x'],
      /found --start with --simulate/,
    ],
    ['workers in real time', ['--over', 'rate=1', '--workers', '2'], /--workers: needs --simulate/],
    [
      'a file for all',
      ['--over', 'rate=1', '--set', 'output.exports=[{format: csv, file: x}]'],
      /every run would write/,
    ],
    ['a resumed scenario', ['--resume', 'x'], /expected the folder alone/],
  ])('%s', async (_, args, expected) => {
    const { code, stderr } = await confab([...SWEEP, ...args]);
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });
});
