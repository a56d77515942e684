import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SETS = [
  'conversation={text: hi, userHistory: {tokens: 400}, rounds: 3, answer: {tokens: 10, force: true}}',
  'population={arrivals: {process: constant, usersPerSec: 2}, users: 6}',
  'pacing={pauseSec: 4}',
].flatMap((set) => ['--set', set]);
const SIZE = ['size', '/dev/null', ...SETS, '--workers', '1', '--quiet', '--max-runs', '6'];

test('size says what to buy, for both kinds of gaps, in text, JSON and a figure', async () => {
  const cwd = freshFolder();
  const more = ['--slo', 'cache.share>0.3', '--price', 'gpu=300', '--max-repeats', '1'];
  const out = ['--json', 's.json', '--figure', 'f.svg'];
  const { code, stdout, stderr } = await confab([...SIZE, ...more, ...out], { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^ +GPU +periodic +[\d.]+/m);
  expect(stdout).toMatch(/^ +GPU +random +/m);
  expect(stdout).toContain('Where another GB no longer pays');
  const json = JSON.parse(readFileSync(join(cwd, 's.json'), 'utf8'));
  expect(json).toMatchObject({ format: 'confab-size', prices: { gpu: 300 } });
  expect(json.options).toHaveLength(2);
  expect(readFileSync(join(cwd, 'f.svg'), 'utf8')).toContain('by GB of GPU');
});

test.each([
  [['--price', 'gpu=300'], '--slo: missing; expected limits'],
  [['--slo', 'ttft.p95<9', '--price', 'disk=1'], "--price: found 'disk=1'; expected the price"],
  [['--slo', 'ttft.p95<9', '--price', 'gpu=1,gpu=2'], '--price: found gpu twice'],
  [['--slo', 'ttft.p95<9', '--set', 'pacing.pauseSec=0'], 'pacing.pauseSec: found 0; expected'],
])('size refuses %j', async (args, says) => {
  const cwd = freshFolder();
  const { code, stderr } = await confab([...SIZE, ...args], { cwd });
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(existsSync(join(cwd, 'runs'))).toBe(false);
});
