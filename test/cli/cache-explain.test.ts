import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { confab, csvOf, runFolder } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const cwd = freshFolder();

beforeAll(async () => {
  const set = ['engine.blocks=900', 'population.users=8', 'conversation.rounds=3'];
  const args = ['simulate', 'configs/cache-pressure.yaml', ...set.flatMap((one) => ['--set', one])];
  const { code } = await confab([...args, '--quiet'], { cwd });
  expect(code).toBe(0);
});

test('each prompt token of a run has its row: as text, JSON, CSV and a picture', async () => {
  const files = ['--json', 'a.json', '--csv', 'a.csv', '--figure', 'a.svg'];
  const { code, stdout } = await confab(['cache', 'explain', runFolder(cwd), ...files], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ +lost +\d+ tokens: eviction 100\.0 %$/m);
  expect(stdout).toContain('the cache has 899 of them');
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
    Math.max(80, `Prompt tokens of ${runFolder(cwd)}`.length),
  );
  const json = JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'));
  expect(json).toMatchObject({ engine: { capacityBlocks: 899 }, total: { residualTokens: 0 } });
  expect(json.requests).toHaveLength(24);
  const rows = csvOf(join(cwd, 'a.csv'));
  const sum = (column: string) => rows.reduce((all, row) => all + Number(row[column]), 0);
  expect(sum('cachedTokens') + sum('evictionTokens')).toBe(sum('idealTokens'));
  expect(sum('evictionTokens')).toBe(json.total.causes.eviction);
  expect(readFileSync(join(cwd, 'a.svg'), 'utf8')).toContain('Ideal, predicted and observed');
});

test.each([
  [['--capacity', '0'], /--capacity <blocks>.*'0'/],
  [['--replica-header', 'X-Replica'], /found no response with the header 'x-replica'/],
  [['--ttl', '-1'], /--ttl <time>.*expected a time above 0: seconds/],
  [['--json', 'no/such/place.json'], /no\/such/],
])('%j is refused', async (flags, says) => {
  const { code, stderr } = await confab(['cache', 'explain', runFolder(cwd), ...flags], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});

test('a time to live without a unit is in seconds, as the help says', async () => {
  const args = ['cache', 'explain', runFolder(cwd), '--ttl', '300'];
  expect((await confab(args, { cwd })).stdout).toContain('nobody used for 300.0 s is forgotten');
});

test('a folder that is none of ours is refused', async () => {
  const { code, stderr } = await confab(['cache', 'explain', '.'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain('expected a run folder');
});
