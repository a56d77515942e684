import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

/** The examples of the seed's README (the fork) and of production-stack's, as they are printed. */
const FORK = [
  ...['--num-rounds', '10', '--qps', '0.5', '--shared-system-prompt', '1000'],
  ...['--user-history-prompt', '2000', '--max-input-len', '4000', '--max-output-len', '100'],
  ...['--user-lag', '10', '--ignore_eos', '--model', 'mistralai/Mistral-7B-Instruct-v0.2'],
  ...['--base-url', 'http://localhost:30080/'],
];
const PRODUCTION_STACK = [
  ...['--num-users', '10', '--num-rounds', '5', '--qps', '0.5', '--shared-system-prompt', '1000'],
  ...['--user-history-prompt', '2000', '--answer-len', '100', '--time', '100'],
  ...['--model', 'mistralai/Mistral-7B-Instruct-v0.2', '--base-url', 'http://localhost:30080/v1'],
];

async function printed(...args: string[]) {
  const { code, stdout, stderr } = await confab(['multi-round-qa', ...args, '--print-scenario']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

describe('--print-scenario', () => {
  test("M-20 the fork's example", async () => {
    const text = await printed(...FORK);
    await expect(text).toMatchFileSnapshot('../golden/cli/fork-scenario.yaml');
    expect(
      await printed(...FORK.map((arg) => (arg === '--ignore_eos' ? '--ignore-eos' : arg))),
    ).toBe(text);
  });

  test("production-stack's example", async () => {
    await expect(await printed(...PRODUCTION_STACK)).toMatchFileSnapshot(
      '../golden/cli/production-stack-scenario.yaml',
    );
  });

  test('is a scenario that `confab run` takes', async () => {
    const path = join(freshFolder(), 'printed.yaml');
    writeFileSync(path, await printed(...PRODUCTION_STACK));
    const { code, stdout } = await confab(['run', path, '--print-scenario']);
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ population: { rampUp: { users: 10, joinEverySec: 8 } } });
  });

  test('shows what the flags of the command itself mean, too', async () => {
    const scenario = parse(
      await printed(
        ...[...PRODUCTION_STACK, '--max-error-rate', '0.1', '--drain-timeout', '3'],
        ...['--output-dir', 'elsewhere', '--seed', 'x', '--log-interval', '7'],
        ...[
          '--header',
          'X-A.B: c',
          '--set',
          'population.arrivals={process: poisson, usersPerSec: 3}',
        ],
      ),
    );
    expect(scenario).toMatchObject({
      seed: 'x',
      target: { headers: { 'X-A.B': 'c' } },
      thresholds: { maxErrorRate: 0.1 },
      stop: { afterSec: 100, drainTimeoutSec: 3 },
      output: {
        dir: 'elsewhere',
        exports: [{ format: 'csv', file: 'summary.csv' }],
        logIntervalSec: 7,
      },
    });
    expect(scenario.population.arrivals).toEqual({ process: 'poisson', usersPerSec: 3 });
  });
});

describe.concurrent('spellings of other forks', () => {
  const population = async (...args: string[]) =>
    parse(await printed(...PRODUCTION_STACK, ...args)).population;

  test('M-4 ramp-up is on, and off by our flag and by LMCache’s', async () => {
    expect(await population()).toHaveProperty('rampUp');
    expect(await population('--no-ramp-up')).not.toHaveProperty('rampUp');
    expect(await population('--disable-ramp-up')).not.toHaveProperty('rampUp');
  });

  test('M-6 concurrent users are capped by our flag and by LMBenchmark’s', async () => {
    expect(await population()).not.toHaveProperty('maxActive');
    expect(await population('--strict-concurrent-users')).toMatchObject({ maxActive: 10 });
    expect(await population('--enforce-strict-concurrent-users')).toMatchObject({ maxActive: 10 });
  });
});

test('--help explains both arrival models', async () => {
  const { stdout } = await confab(['multi-round-qa', '--help']);
  expect(stdout).toContain('Two arrival models, chosen by the flags that are given');
  expect(stdout).toMatch(/--num-users N --answer-len A {2,}production-stack/);
  expect(stdout).toMatch(/--user-lag L --max-output-len A {2,}the fork/);
});

test.concurrent.each<[what: string, args: string[], perSec: number]>([
  ["upstream's formula offers R / (R - 1) times the QPS", ['--num-rounds', '5'], 0.625],
  ['M-3 --strict-qps offers the QPS', ['--num-rounds', '5', '--strict-qps'], 0.5],
  ['M-9 one round keeps to the QPS', ['--num-rounds', '1'], 0.5],
])('M-3 %s, played in virtual time', async (_what, args, perSec) => {
  const { code, stdout } = await confab([
    ...['multi-round-qa', '--num-users', '10', '--qps', '0.5', '--answer-len', '3', ...args],
    ...['--shared-system-prompt', '2', '--user-history-prompt', '2', '--text', 'hi'],
    ...['--time', '800', '--simulate'],
  ]);
  expect(code).toBe(0);
  const actual = Number(/Actual QPS: ([\d.]+)/.exec(stdout)?.[1]);
  expect(actual).toBeGreaterThan(perSec * 0.97);
  expect(actual).toBeLessThan(perSec * 1.03);
});
