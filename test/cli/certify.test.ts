import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SMALL = ['--streams', '1', '--chunk-rate', '100', '--for', '50ms'];
const SCENARIO =
  'conversation={text: hi, rounds: 1, question: {tokens: 20}, answer: {tokens: 10, force: true}}';

test('certify alone says what loads are within the limit, and draws it', async () => {
  const cwd = freshFolder();
  const { code, stdout, stderr } = await confab(
    ['certify', ...SMALL, '--limit', '100000', '--figure', 'errors.svg'],
    { cwd },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('100 chunks/s    all that was tried, up to 1 stream');
  expect(stdout).toMatch(/^ +1 +100 /m);
  expect(stderr).toMatch(/^1 stream of 100 chunks\/s: TTFT /m);
  expect(readFileSync(join(cwd, 'errors.svg'), 'utf8')).toContain('Own error of the TTFT');
});

test('a scenario that this client cannot measure is exit code 1', async () => {
  // Nothing is as exact as that.
  const args = ['certify', 'demo', ...SMALL, '--limit', '0.000001', '--json', '-', '--quiet'];
  const { code, stdout } = await confab([...args, '--set', 'population.users=1']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    limitMs: 0.000_001,
    loads: [{ streams: 1, chunkRate: 100 }],
    within: [{ chunkRate: 100 }],
    scenario: { name: 'demo', isWithin: false, load: { streams: 1, chunkRate: 50 } },
  });
});

test.each([
  [['--set', 'seed=1'], 'error: found --set seed=1 without a scenario'],
  [['--streams', '10,1'], "Found '10,1'; expected values in ascending order."],
  [['--figure', 'errors.gif'], 'errors.gif: found a name that ends in .gif'],
])('certify %j is one error before anything is probed', async (args, says) => {
  const { code, stderr } = await confab(['certify', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});

test('a run with --certify says and keeps what probes found before it', async () => {
  const cwd = freshFolder();
  const args = ['run', 'demo', '--certify', '--users', '1', '--set', SCENARIO];
  const { code, stdout, stderr } = await confab(args, { cwd });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^certifying this client: probes of its own for 2 s, 1 at a time/m);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/own error, p50 \/ p99 \/ max of \d+ probes before/);
  const dir = join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0]!);
  const summary = JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8'));
  expect(summary.client.certification.before).toMatchObject({ streams: 1, failed: 0 });
});
