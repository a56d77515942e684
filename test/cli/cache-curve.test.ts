import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, journalOf, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const SAMPLE = 'corpora/sample-mooncake.jsonl';

async function curve(args: readonly string[], cwd = ROOT) {
  const ended = await confab(['cache', 'curve', ...args], { cwd });
  return { ...ended, json: () => JSON.parse(ended.stdout) };
}

describe('confab cache curve', () => {
  test('says of a scenario what caches of every size find, within 80 columns', async () => {
    const { code, stdout } = await curve(['cache-pressure', '--set', 'population.users=8']);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../golden/cache/curve-scenario.txt');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('says of a trace what the tiers find that are asked for', async () => {
    const tiers = ['--tiers', 'gpu=12,dram=0.5GB', '--bytes-per-token', '131072'];
    const { stdout } = await curve([SAMPLE, ...tiers, '--capacity', '12,2GB', '--ttl', '1m']);
    await expect(stdout).toMatchFileSnapshot('../golden/cache/curve-trace.txt');
  });

  test('finds of a run what its scenario says, and at the size of its engine what that found', async () => {
    const cwd = freshFolder();
    const few = ['--set', 'population.users=12', '--output-dir', 'runs'];
    await confab(['simulate', 'cache-pressure', ...few], { cwd });
    const { records } = journalOf(cwd);
    const run = (await curve([runFolder(cwd), '--json', '-'], cwd)).json();
    const scenario = await curve(['cache-pressure', ...few.slice(0, 2), '--json', '-'], cwd);
    const { source, ...same } = scenario.json();
    expect(source.kind).toBe('scenario');
    expect(run.source.kind).toBe('run');
    expect(run.reuse.unlimited).toEqual(same.reuse.unlimited);
    const cached = records.reduce((sum, { cachedTokens = 0 }) => sum + cachedTokens, 0);
    const { blocks } = run.engine;
    const point = run.reuse.lru.points.find((one: { blocks: number }) => one.blocks === blocks);
    expect(point.foundTokens / run.reuse.inputTokens).toBeCloseTo(
      cached / run.reuse.inputTokens,
      2,
    );
  });

  test('writes figures as a picture and as CSV', async () => {
    const cwd = freshFolder();
    const args = [join(ROOT, SAMPLE), '--figure', 'curve.svg', '--csv', 'curve.csv'];
    expect((await curve(args, cwd)).code).toBe(0);
    const svg = readFileSync(join(cwd, 'curve.svg'), 'utf8');
    for (const word of ['Hit share by capacity', 'upper bound', 'Working set over time']) {
      expect(svg).toContain(word);
    }
    const csv = readFileSync(join(cwd, 'curve.csv'), 'utf8');
    expect(csv).toMatch(/^figure,series,x_label,x_unit,x,y_label,y\nhit-vs-capacity,LRU,/);
    expect((await curve([join(ROOT, SAMPLE), '--csv', '-'], cwd)).stdout).toBe(csv);
  });

  test.each([
    [
      'a size without a unit that is known',
      ['--capacity', '5GB'],
      /--capacity: found 5GB; .*--bytes-per-token/,
    ],
    ['no size', ['--capacity', '0'], /Found '0'; expected blocks, as 4096, or GB/],
    ['tiers without names', ['--tiers', '12'], /Found '12'; expected NAME=SIZE/],
    [
      'half blocks',
      ['--tiers', 'gpu=1', '--tier-chunk-tokens', '700'],
      /a multiple of the block's 512/,
    ],
    ['fields of a scenario', ['--set', 'seed=2'], /a trace: found fields of a scenario/],
    ['answers', ['--answers', 'changed'], /a trace: found --answers/],
    ['two outputs at once', ['--csv', '-', '--json', '-'], /one of them on stdout/],
    ['nothing measured', ['--warmup', '1'], /found no request that is measured/],
  ])('refuses %s', async (_, args, says) => {
    const { code, stderr } = await curve([SAMPLE, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });

  test('plays a trace without blocks, once that is asked for', async () => {
    const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
    for (const second of ['01', '02', '03']) {
      lines.push(`2023-11-16 18:15:${second}.0000000,100,10`);
    }
    const file = join(freshFolder(), 'azure.csv');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { code, stderr } = await curve([file]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no block ids.*--as scenario/)]);
    const played = await curve([file, '--as', 'scenario', '--json', '-']);
    expect(played.stderr).toBe('');
    expect(played.json()).toMatchObject({ source: { kind: 'scenario' }, reuse: { requests: 3 } });
  });
});
