import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SMALL = [
  'conversation={text: hi, userHistory: {tokens: 200}, rounds: 2, answer: {tokens: 2, force: true}}',
  'population={arrivals: {process: closed, concurrency: 2}, users: 3}',
];
const SETS = SMALL.flatMap((set) => ['--set', set]);
const AB = ['ab', '/dev/null', '--simulate', '--control-rounds', '2', ...SETS];
/** Few runs: each is one of an engine. */
const FEW = [...AB, '--controls', 'no-reuse'];

const resultIn = (dir: string) => JSON.parse(readFileSync(join(dir, 'ab.json'), 'utf8'));

test('B is better than A, which is said, written, drawn and exits with 0; resumed it is the same', async () => {
  const cwd = freshFolder();
  const args = [...FEW, '--a', 'engine.prefixCaching=false,engine.apiMs=14', '--json', 'x.json'];
  const { code, stdout, stderr } = await confab(args, { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^B is better by \d+\.\d % of TTFT/m);
  expect(stdout).toContain('The controls say: no gain where there is none to be had');
  expect(stderr).toMatch(/^A against B, round 6 of at most 30: TTFT gain \+\d+/m);
  const dir = join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0]!);
  expect(existsSync(join(dir, 'difference.svg'))).toBe(true);
  const found = resultIn(dir);
  expect(JSON.parse(readFileSync(join(cwd, 'x.json'), 'utf8'))).toEqual(found);
  // As if it had been killed in its last round.
  const kept = readFileSync(join(dir, 'ab.ndjson'), 'utf8').trimEnd().split('\n');
  writeFileSync(join(dir, 'ab.ndjson'), `${kept.slice(0, -2).join('\n')}\n{"sta`);
  const again = await confab(['ab', '--resume', dir, '--json', '-'], { cwd });
  expect(again.code, again.stderr).toBe(0);
  expect(again.stderr).toContain('8 rounds were played');
  const { dir: _, ...resumed } = JSON.parse(again.stdout);
  const { dir: __, ...first } = found;
  expect(resumed).toEqual(first);
});

test('a warm cache in one arm is refused: exit code 1', async () => {
  const { code, stdout } = await confab([...FEW, '--b', 'engine.defects.primed=1']);
  expect(code).toBe(1);
  expect(stdout).toContain('REFUSED: nothing can be said of B. The control "no reuse"');
});

test('an engine that does not start ends it with 3; secrets of its command are written nowhere', async () => {
  const cwd = freshFolder();
  const args = ['ab', '/dev/null', ...SETS, '--url', 'http://127.0.0.1:9', '--b', 'seed=2'];
  const command = 'API_KEY=abcdef exec false --api-key ghijkl --port 9';
  const { code, stderr } = await confab([...args, '--a-command', command], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('--a-command: ended with code 1 before it answered');
  expect(stderr).not.toMatch(/abcdef|ghijkl/);
  const dir = join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0]!);
  const kept = readFileSync(join(dir, 'ab.ndjson'), 'utf8');
  expect(kept).toContain('API_KEY=*** exec false --api-key *** --port 9');
  const again = await confab(['ab', '--resume', dir], { cwd });
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('expected it again, as --a-command');
});

test.each([
  [['ab'], 'scenario: missing'],
  [['ab', '/dev/null', ...SETS], 'found two arms that are the same'],
  [[...AB, '--b', 'blocks'], "--b: found 'blocks'; expected path=value"],
  [[...AB, '--b', 'engine.blocks=x'], 'engine.blocks'],
  [[...AB, '--b', 'seed=2', '--metric', 'speed'], "Found 'speed'"],
  [[...AB, '--b', 'seed=2', '--metric', 'goodput'], '--metric: found goodput'],
  [[...AB, '--b', 'seed=2', '--min-gain', '0'], '--min-gain: found 0'],
  [[...AB, '--b', 'seed=2', '--controls', 'luck'], "--controls: found 'luck'"],
  [[...AB, '--b', 'seed=2', '--reset', '/reset'], '--reset: not with --simulate'],
  [['ab', '/dev/null', ...SETS, '--b', 'seed=2', '--reset', '/r'], '--reset: found it with'],
  [['ab', '--resume', 'nowhere'], 'nowhere'],
  [['ab', '--resume', 'x', '--b', 'seed=2'], '--b: not with --resume'],
])('%j is refused before anything is played', async (args, problem) => {
  const cwd = freshFolder();
  const { code, stderr } = await confab(args, { cwd });
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
  expect(readdirSync(cwd)).toEqual([]);
});
