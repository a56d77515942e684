import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab, csvOf } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const CONFIGS = join(ROOT, 'configs');
const DEMO = join(CONFIGS, 'demo.yaml');
const PRESSURE = join(CONFIGS, 'cache-pressure.yaml');

describe.concurrent('confab plan', () => {
  test('the plan of users found in mid-conversation, of more than the engine holds', async ({
    expect,
  }) => {
    const file = join(CONFIGS, 'multi-round-qa.yaml');
    const flags = ['--set', 'engine.gpu=rtx4090', '--ttft-ms', '300', '--tpot-ms', '20'];
    const { code, stdout, stderr } = await confab(['plan', file, ...flags], { cwd: ROOT });
    expect(code, stderr).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../golden/plan/multi-round-qa.txt');
  });

  test('the plan of a closed loop of an engine that takes no time has no rates', async ({
    expect,
  }) => {
    const file = join(CONFIGS, 'closed-loop.yaml');
    const { code, stdout } = await confab(['plan', file], { cwd: ROOT });
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../golden/plan/closed-loop.txt');
  });

  test('--json and --schedule write numbers and requests, and agree', async () => {
    const cwd = freshFolder();
    const files = ['--json', 'plan.json', '--schedule', 'plan.csv'];
    const { code, stdout } = await confab(['plan', DEMO, ...files], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Plan of demo$/m);
    const plan = JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'));
    expect(plan).toMatchObject({ format: 'confab-plan', version: 1 });
    const rows = csvOf(join(cwd, 'plan.csv'));
    expect(rows).toHaveLength(100);
    const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
    const { inputTotal, outputTotal, computedTotal } = plan.tokens;
    expect(inputTotal).toBe(sum('input_tokens'));
    expect(outputTotal).toBe(sum('output_tokens'));
    expect(inputTotal - computedTotal).toBe(sum('ideal_cached_tokens'));
    const due = rows.map((row) => Number(row['due_sec']));
    expect(due).toEqual(due.toSorted((a, b) => a - b));

    const json = await confab(['plan', DEMO, '--json', '-']);
    expect(JSON.parse(json.stdout)).toEqual(plan);
    const csv = await confab(['plan', DEMO, '--schedule', '-']);
    expect(csv.stdout).toBe(readFileSync(join(cwd, 'plan.csv'), 'utf8'));
  });

  test('partitions plan the requests of the whole between them', async () => {
    const rowsOf = async (...flags: string[]) => {
      const { stdout } = await confab(['plan', DEMO, '--schedule', '-', ...flags]);
      // The ideal is what a partition finds alone: the first to send the shared part is another one.
      return stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/,[^,]*$/, ''));
    };
    const parts = [await rowsOf('--partition', '0/2'), await rowsOf('--partition', '1/2')];
    expect(parts.flat().sort()).toEqual((await rowsOf()).sort());
    expect(parts.map((rows) => rows.length)).toEqual([50, 50]);
  });

  test('requests longer than the model are said to be refused', async () => {
    const { code, stdout } = await confab([
      'plan',
      DEMO,
      '--wide',
      '--set',
      'engine.maxModelTokens=1700',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/requests +\d+ planned, \d+ answered, \d+ REFUSED: .*1700 tokens/);
  });

  test('an engine with 3 % more blocks than LRU needs finds the ideal, and one with 10 % fewer little of it', async () => {
    const cwd = freshFolder();
    const sizes = ['conversation.userHistory.tokens=600', 'conversation.systemPrompt.tokens=100'];
    const flags = [PRESSURE, ...sizes.flatMap((size) => ['--set', size])];
    const { stdout } = await confab(['plan', ...flags, '--json', '-']);
    const { kv, cache } = JSON.parse(stdout);
    const cachedShare = async (blocks: number) => {
      const set = ['--set', `engine.blocks=${Math.round(blocks)}`];
      const played = await confab(['simulate', ...flags, ...set], { cwd });
      return Number(/cached +([\d.]+) % of the input/.exec(played.stdout)![1]) / 100;
    };
    const shares = await Promise.all([1.03, 0.9].map((part) => cachedShare(part * kv.lruBlocks)));
    expect(shares[0]).toBeGreaterThan(0.99 * cache.idealShare);
    expect(shares[1]).toBeLessThan(0.7 * cache.idealShare);
  });

  test('the ideal of prompts that a defect changes is said to be that', async () => {
    const set = ['--set', 'engine.defects.retokenised=1', '--users', '4'];
    const { stdout } = await confab(['plan', DEMO, '--wide', ...set]);
    expect(stdout).toMatch(
      /ideal .* by enumeration\n +of prompts with engine\.defects retokenised;/,
    );
  });

  test('the ideal is that of a simulated run, whose answers are the same', async () => {
    const cwd = freshFolder();
    const { stdout } = await confab(['plan', DEMO, '--json', '-']);
    const { cache } = JSON.parse(stdout);
    const played = await confab(['simulate', DEMO], { cwd });
    const [, percent] = /ideal +([\d.]+) % if nothing were ever evicted/.exec(played.stdout)!;
    expect((100 * cache.idealShare).toFixed(1)).toBe(percent);
  });
});

test.concurrent.each<[string, string[], RegExp]>([
  [
    'a scenario without an end',
    ['plan', join(CONFIGS, 'multi-round-qa.yaml'), '--set', 'stop={}'],
    /no end.*--time \(stop\.afterSec\), --users/,
  ],
  [
    'a closed loop that would never leave the first instant',
    [
      'plan',
      DEMO,
      '--set',
      'population={arrivals: {process: closed, concurrency: 2}}',
      '--time',
      '9',
    ],
    /closed loop that ends after a time.*--ttft-ms/,
  ],
  [
    'two things on stdout',
    ['plan', DEMO, '--json', '-', '--schedule', '-'],
    /one of them on stdout/,
  ],
  [
    'two things in one file',
    ['plan', DEMO, '--json', 'plan', '--schedule', './plan'],
    /found plan for both --json and --schedule/,
  ],
  [
    'a file without a name',
    ['plan', DEMO, '--schedule', ''],
    /--schedule: found ''; expected a file/,
  ],
  [
    'a latency below zero',
    ['plan', DEMO, '--ttft-ms', '-1'],
    /Found '-1'; expected a time of at least 0: milliseconds/,
  ],
  [
    'a file that cannot be written',
    ['plan', DEMO, '--json', 'no/such/plan.json'],
    /--json: found no\/such\/plan\.json; expected a file in a folder/,
  ],
  [
    'tiers that the engine would refuse',
    ['plan', DEMO, '--set', 'engine.offload.preset=vllm'],
    /engine\.offload: found preset 'vllm' without a tier/,
  ],
  [
    'a GPU that is not there',
    ['plan', DEMO, '--set', 'engine.gpu=foo'],
    /engine\.gpu: found 'foo'; expected one of/,
  ],
])('exit code 2: %s', async (_name, args, says) => {
  const { code, stdout, stderr } = await confab(args, { cwd: ROOT });
  expect(`${stdout}${stderr}`).toMatch(says);
  expect(code).toBe(2);
});
