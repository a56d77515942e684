import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { profiles } from '../../src/engine/cost/profiles.ts';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SHORT = ['--users', '3', '--rounds', '2', '--set', 'population.arrivals.usersPerSec=4'];
const cwd = freshFolder();
const dir = await runFolder();

/** Of a simulated run: its own twin. */
async function runFolder(): Promise<string> {
  const args = ['simulate', 'demo', ...SHORT, '--think', '0.1', '--json', '-', '--quiet'];
  const { code } = await confab([...args, '--set', 'output.dir=made'], { cwd });
  expect(code).toBe(0);
  const { readdirSync } = await import('node:fs');
  return join('made', readdirSync(join(cwd, 'made'))[0]!);
}

describe('confab twin', () => {
  test('a simulated run needs no profile, and is its own twin', async () => {
    const { code, stdout } = await confab(['twin', dir], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('11 of 11 bounds of a good twin are kept.');
    expect(stdout).toContain('equal in 6 of 6 requests (100.0 %)');
  });

  test('numbers, picture and page are written; a band is of the intervals of the profile', async () => {
    const calibration = { by: 'hand', date: '2026-11-28', intervals: { weightsMs: [9, 12] } };
    writeFileSync(join(cwd, 'engine.json'), JSON.stringify({ ...profiles['a100'], calibration }));
    const written = ['--json', 'twin.json', '--figure', 'twin.svg', '--html', 'twin.html'];
    const args = ['twin', dir, '--engine', 'engine.json', '--draws', '3', ...written];
    const { code, stdout } = await confab(args, { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('3 draws of weightsMs from their intervals');
    expect(stdout).toContain('calibrated 2026-11-28 by hand');
    const json = JSON.parse(readFileSync(join(cwd, 'twin.json'), 'utf8'));
    expect(json.windows[0].quantities.tpotMs.band.low).toBeLessThan(
      json.windows[0].quantities.tpotMs.band.high,
    );
    for (const file of ['twin.svg', 'twin.html']) {
      expect(readFileSync(join(cwd, file), 'utf8')).toContain('what the twin allows');
    }
  });

  test('what cannot be is refused, with what is accepted', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await confab(args, { cwd });
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('twin', dir, '--set', 'population.users=9')).toContain(
      "--set: found 'population.users=9'; expected a setting of the engine",
    );
    expect(await refused('twin', dir, '--engine', 'none.json')).toContain('none.json');
    expect(await refused('run', 'demo', '--twin', 'none.json')).toContain('none.json');
    const share = ['--url', 'http://127.0.0.1:1', '--partition', '0/2', '--twin', 'a100'];
    expect(await refused('run', 'demo', ...share)).toContain('--twin: found partition 0 of 2');
    expect(await refused('simulate', 'demo', '--like', dir)).toContain(
      '--like and the scenario demo',
    );
    expect(await refused('simulate', 'demo', '--twin', 'a100')).toContain('--twin without --like');
    expect(await refused('simulate', 'demo', '--html')).toContain('confab report DIR --html');
    expect(await refused('simulate', '--like', dir, '--figure', 'a.txt')).toContain('a.txt');
    expect(await refused('report', dir, '--twin', 'a100')).toContain('--twin without --html');
  });
});

test('run --twin: below the report, and in the run folder', async () => {
  const args = ['run', 'demo', ...SHORT, '--think', '0', '--answer', '2', '--quiet'];
  const out = ['--output-dir', 'live', '--twin', 'a100'];
  const { code, stdout, stderr } = await confab([...args, ...out], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^demo beside its twin on a100: /m);
  const file = /wrote (\S+twin\.json)/.exec(stderr)![1]!;
  expect(JSON.parse(readFileSync(join(cwd, file), 'utf8')).requests.paired).toBe(6);
});

test('simulate --like: a run folder, and a table beside what was measured', async () => {
  const args = ['simulate', '--like', dir, '--set', 'engine.gpu=h100', '--users', '4', '--quiet'];
  const drawn = ['--figure', 'what-if.svg', '--html'];
  const { code, stdout } = await confab([...args, ...drawn], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/changed +population\.users: 3 -> 4\n +engine\.gpu: a100 -> h100\n/);
  expect(stdout).toMatch(/completed +6 +6 +8 +\+33\.3 %/);
  const folder = /what if +(\S+)/.exec(stdout)![1]!;
  expect(existsSync(join(cwd, folder, 'summary.json'))).toBe(true);
  expect(readFileSync(join(cwd, 'what-if.svg'), 'utf8')).toContain('What changes');
  const page = readFileSync(join(cwd, folder, 'what-if.html'), 'utf8');
  expect(page).toContain('<h1>What if: demo</h1>');
  expect(page).toContain('id="figure-what-if-cached-share"');
  const { changed, windows } = JSON.parse(readFileSync(join(cwd, folder, 'what-if.json'), 'utf8'));
  expect(changed[0]).toEqual({ path: 'population.users', from: 3, to: 4 });
  expect(windows[0].quantities.ttftMs.whatIf).toBeGreaterThan(0);
});
