import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const DEMO = join(ROOT, 'configs/demo.yaml');
const FIXED = ['--set', 'engine.fixed.ttftMs=50', '--set', 'engine.fixed.tpotMs=10'];

/** The journal of a simulation, as it is on disk. */
async function simulated(cwd: string, ...flags: string[]): Promise<string> {
  const { code, stderr } = await confab(['simulate', DEMO, ...flags], { cwd });
  expect(code, stderr).toBe(0);
  return readFileSync(join(runFolder(cwd), 'journal.ndjson'), 'utf8');
}

/** Without header and footer. */
function recordLines(journal: string): string[] {
  return journal.trimEnd().split('\n').slice(1, -1);
}

describe.concurrent('a journal of virtual time is a function of the scenario', () => {
  test('the same bytes from another folder, into another folder, with a CSV beside it', async () => {
    const [here, there] = [freshFolder(), freshFolder()];
    const first = await simulated(here, '--users', '8');
    const csv = `output.exports=[{format: csv, file: ${join(there, 'x.csv')}}]`;
    const parent = `output.dir=${join(there, 'runs')}`;
    const second = await simulated(there, '--users', '8', '--set', parent, '--set', csv);
    expect(second).toBe(first);
    expect(first).not.toContain(here);
    expect(first).not.toContain(process.version);
    expect(recordLines(first)).toHaveLength(8 * 5);
  });

  test("the engine's metrics are kept at the times asked for, and the same every time", async () => {
    const every = ['--users', '8', '--set', 'output.metricsEverySec=2'];
    const pages = await Promise.all(
      [freshFolder(), freshFolder()].map(async (cwd) => {
        await simulated(cwd, ...every, '--set', 'engine.replicas.count=2');
        return readFileSync(join(runFolder(cwd), 'metrics.ndjson'), 'utf8');
      }),
    );
    expect(pages[1]).toBe(pages[0]);
    const lines = pages[0]!.trimEnd().split('\n');
    const scrapes = lines.map((line) => JSON.parse(line) as { atMs: number; text: string });
    const times = scrapes.slice(0, -1).map(({ atMs }) => atMs);
    expect(times).toEqual(times.map((_, index) => index * 2000));
    const ended = (text: string): number =>
      [...text.matchAll(/^vllm:request_success_total\{.*\} (\d+)\.0$/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    const counts = scrapes.map(({ text }) => ended(text));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect([counts[0], counts.at(-1)]).toEqual([0, 8 * 5]);
  });

  test('and the same on any machine: the digest of what the demo does with a fixed latency', async () => {
    const lines = recordLines(await simulated(freshFolder(), ...FIXED));
    expect(lines).toHaveLength(100);
    const digest = createHash('sha256').update(lines.join('\n')).digest('hex');
    expect(digest).toBe('73a93ab6368085e40134c2a74d43af71d0202e6690b6ad396541f15a39527860');
  });

  test('three partitions play the whole, and their merged report says so', async () => {
    const whole = recordLines(await simulated(freshFolder(), ...FIXED)).sort();
    const cwd = freshFolder();
    for (const index of [0, 1, 2]) {
      const { code } = await confab(['simulate', DEMO, ...FIXED, '--partition', `${index}/3`], {
        cwd,
      });
      expect(code).toBe(0);
    }
    const dirs = readdirSync(join(cwd, 'runs')).map((name) => join(cwd, 'runs', name));
    expect(dirs).toHaveLength(3);
    const journals = dirs.map((dir) => readFileSync(join(dir, 'journal.ndjson'), 'utf8'));
    expect(journals.flatMap(recordLines).sort()).toEqual(whole);

    const merged = await confab(['report', ...dirs]);
    expect(merged.stdout).toContain('merged from 3 run folders, which played 3 partitions');
    expect(merged.stdout).toMatch(/planned +100$/m);
    expect(merged.stdout).not.toContain('Warnings');
    const part = await confab(['report', ...dirs.slice(1)]);
    expect(part.stdout).toMatch(
      /partition 0\/3 is missing: \d+ requests that it was to send are counted as\s+unsent/,
    );
    expect(part.stdout).toContain('merged from 2 run folders, which played 2 partitions');
    expect(part.stdout).toMatch(/planned +100$/m);
    const one = await confab(['report', dirs[1]!]);
    expect(one.stdout).toMatch(/partition +1\/3: the rates above are of all 3 together/);
  });
});

test.concurrent.each<[string, string[], RegExp]>([
  [
    'a priority that is none',
    ['--set', 'sampling.priority=high'],
    /sampling\.priority: found "high"; expected a number, a distribution, 'maxTokens' or 'expected'/,
  ],
  ['a partition that is not there', ['--partition', '3/3'], /Found '3\/3'; expected I\/N/],
  ['no partition', ['--partition', 'x'], /Found 'x'; expected I\/N/],
  [
    'a cap that partitions would share',
    ['--partition', '0/3', '--set', 'population.maxActive=3'],
    /population\.maxActive: found 3; not with population\.partition: it holds for all 3/,
  ],
  [
    'a number of requests that partitions would share',
    ['--set', 'population.partition={index: 0, of: 2}', '--set', 'stop.afterRequests=9'],
    /stop\.afterRequests: found 9; not with population\.partition/,
  ],
  [
    'an index that is not below the number of partitions',
    ['--set', 'population.partition={index: 2, of: 2}'],
    /population\.partition\.index: .*must be below `of`/,
  ],
  [
    'a closed loop that would never leave the first instant',
    [
      ...['--set', 'population={arrivals: {process: closed, concurrency: 2}}', '--time', '9'],
      ...['--set', 'engine.fixed={}'],
    ],
    /closed loop that ends after a time.*engine\.fixed\.ttftMs/,
  ],
])('exit code 2: %s', async (_name, flags, says) => {
  const { code, stdout, stderr } = await confab(['simulate', DEMO, ...flags]);
  expect(`${stdout}${stderr}`).toMatch(says);
  expect(code).toBe(2);
});

test('a scenario without an end is not simulated, a fixed latency is not served', async () => {
  const endless = await confab(
    ['simulate', join(ROOT, 'configs/multi-round-qa.yaml'), '--set', 'stop={}'],
    { cwd: ROOT },
  );
  expect(endless.stderr).toMatch(/no end.*expected --time \(stop\.afterSec\), --users/);
  expect(endless.code).toBe(2);
  const served = await confab(['run', DEMO, ...FIXED]);
  expect(served.stderr).toMatch(/engine\.fixed: only in virtual time/);
  expect(served.code).toBe(2);
});
