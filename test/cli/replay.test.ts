import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Scenario } from '../../src/scenario/schema.ts';
import { confab, runFolder } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

function workload(): { readonly dir: string; readonly file: string } {
  const dir = freshFolder();
  const lines = [
    { timestamp: 0, requests: [{ prompt: 'one', session_id: 'a', output_length: 3 }] },
    { timestamp: 400, requests: [{ prompt: 'alone', output_length: 40 }] },
    { timestamp: 900, requests: [{ prompt: 'two', session_id: 'a', output_length: 300 }] },
    { timestamp: 60_000, requests: [{ prompt: 'late' }] },
  ];
  const file = join(dir, 'my workload.jsonl');
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return { dir, file };
}

const recordsOf = (dir: string) =>
  readFileSync(join(runFolder(dir), 'journal.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line));

async function scenarioOf(...args: string[]): Promise<Scenario> {
  const { stdout, stderr, code } = await confab([...args, '--print-scenario']);
  expect([code, stderr]).toEqual([0, '']);
  return parse(stdout);
}

test('replay plays a workload to its hard limit, with a record for every request of it', async () => {
  const { dir, file } = workload();
  const { code, stdout } = await confab(
    ['replay', file, '--simulate', '--duration-limit', '1s', '--max-tokens', '100', '--quiet'],
    { cwd: dir },
  );
  expect(stdout).toMatch(/cancelled +1\n +unsent +1, for example: had not come/);
  expect(code).toBe(0);
  const records = recordsOf(dir);
  const told = records.map(({ turn, status, maxTokens }) => [turn, status, maxTokens]);
  expect(told).toEqual([
    [0, 'ok', 3],
    [0, 'ok', 40],
    [0, 'unsent', 100],
    [1, 'cancelled', 100],
  ]);
  expect(Math.max(...records.map(({ endMs = 0 }) => endMs))).toBe(1000);
});

test('replay without a target says what to give it, and what it sends can be seen before', async () => {
  const { file } = workload();
  const { code, stderr } = await confab(['replay', file]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('expected --url')]);
  const scenario = await scenarioOf(
    ...['replay', file, '--url', 'http://localhost:1', '--routing-strategy', 'random'],
    ...['--session-header', 'x-aibrix-session-key', '--max-sessions', '3', '--speedup', '2'],
  );
  expect(scenario).toMatchObject({
    name: 'my-workload',
    target: {
      headers: { 'routing-strategy': 'random' },
      sessionHeaders: ['x-aibrix-session-key'],
    },
    failure: { policy: 'skip' },
    pacing: { mode: 'trace' },
    population: { arrivals: { process: 'trace' }, maxActive: 3 },
    conversation: {
      source: 'trace',
      answer: { force: 'minTokens' },
      trace: { file, speedup: 2, context: 'auto' },
    },
    stop: { recordNotArrived: true, drainTimeoutSec: 120 },
  });
  const other = await scenarioOf(
    'replay',
    file,
    '--simulate',
    '--on-failure',
    'end',
    '--no-force-answer',
  );
  expect(other.target).toMatchObject({ headers: {}, sessionHeaders: [] });
  expect([other.failure.policy, other.conversation.answer.force]).toEqual(['end', false]);
});

test('--trace plays a trace as it knows best: by its times, its pauses, or one conversation after another', async () => {
  const { dir, file } = workload();
  const byTimes = await scenarioOf('simulate', '--trace', file);
  expect([byTimes.pacing.mode, byTimes.population.arrivals.process]).toEqual(['trace', 'trace']);
  const agents = join(dir, 'agents.jsonl');
  const rows = [
    { conversation_id: 'c', turn: 1, role: 'user', content: 'look' },
    { conversation_id: 'c', turn: 2, role: 'assistant', content: 'looking' },
    { conversation_id: 'c', turn: 3, role: 'user', content: 'and', delay_seconds: 2 },
    { conversation_id: 'c', turn: 4, role: 'assistant', content: 'found it' },
  ];
  writeFileSync(agents, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const byPauses = await scenarioOf('simulate', '--trace', agents);
  expect(byPauses).toMatchObject({
    conversation: { history: 'recorded' },
    pacing: { mode: 'recorded' },
    population: { arrivals: { process: 'closed', concurrency: 1 } },
  });
  const changed = await scenarioOf(
    ...['simulate', '--trace', agents, '--pacing', 'think', '--think', '3s', '--concurrency', '4'],
    ...['--set', 'conversation.history=live', '--max-idle', '5s'],
  );
  expect(changed).toMatchObject({
    conversation: { history: 'live' },
    pacing: { mode: 'think', pauseSec: 3 },
    population: { arrivals: { process: 'closed', concurrency: 4 }, maxIdleSec: 5 },
  });
});

test('--trace begins conversations when the trace says, though later turns have pauses alone', async () => {
  const { dir } = workload();
  const file = join(dir, 'sessions.jsonl');
  const rows = [
    { session_id: 'a', timestamp: 0, input_length: 100, output_length: 5 },
    { session_id: 'b', timestamp: 100, input_length: 100, output_length: 5 },
    { session_id: 'a', delay: 2000, input_length: 150, output_length: 5 },
  ];
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expect(await scenarioOf('simulate', '--trace', file, '--until', '60s')).toMatchObject({
    conversation: { trace: { untilSec: 60 } },
    pacing: { mode: 'recorded' },
    population: { arrivals: { process: 'trace' } },
  });
});

test('--trace takes the place of what a scenario says, and plan reads it too', async () => {
  const { dir, file } = workload();
  const scenario = join(dir, 's.yaml');
  writeFileSync(
    scenario,
    'name: mine\nconversation: {rounds: 3}\npopulation: {arrivals: {process: poisson, usersPerSec: 9}}\n',
  );
  expect(await scenarioOf('simulate', scenario, '--trace', file)).toMatchObject({
    name: 'mine',
    conversation: { source: 'trace', trace: { file } },
    population: { arrivals: { process: 'trace' } },
  });
  const { code, stdout } = await confab(['plan', '--trace', file]);
  expect(code).toBe(0);
  expect(stdout).toContain('trace: 4 requests of 3 conversations in');
});

test('a trace that cannot be played is refused, with the file and what it lacks', async () => {
  const { dir } = workload();
  const file = join(dir, 'notes.txt');
  writeFileSync(file, 'hello\n');
  const { code, stderr } = await confab(['replay', file, '--simulate']);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file}: it begins with "hello"`)]);
  const gone = await confab(['simulate', '--trace', join(dir, 'gone.csv')]);
  expect([gone.code, gone.stderr]).toEqual([2, expect.stringMatching(/cannot read .*gone\.csv/)]);
});
