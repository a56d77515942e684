import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { profileOf } from '../../src/engine/cost/profile-of.ts';
import { sha256 } from '../../src/workload/files/digest.ts';
import { loadScenario } from '../support/composed.ts';
import { confab, journalOf, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT, textsBelow } from '../support/folders.ts';
import { playedConfig } from '../support/played-config.ts';

const CONFIGS = readdirSync(join(ROOT, 'configs'));
const PROFILES = CONFIGS.filter((name) => name.endsWith('.json'));
const SCENARIOS = CONFIGS.filter((name) => name.endsWith('.yaml'));

/** Digests of records, without header and footer: the same on every machine, and on every version of Node. */
const RECORDS: Readonly<Record<string, string>> = {
  'demo.yaml': 'a79d364b1046d6105894c980d9c44863d1e34f1aff016cc8a13a76338f12a94e',
  'closed-loop.yaml': 'd133798548859dd5c80e0601c3d0c5ab5175e95a9620a09e6ea01e325a7be220',
  'offloading.yaml': '624d7868ceb8767e6f6209405c4f49f36d0224f30c4af4601f96ee8fd91f49af',
  'mooncake.yaml': 'b7f03237da132ff103a8fd753eff07a3d5f4334e0d937d1bcd966daafa19ae60',
  'multi-turn.yaml': 'bea4a40c3cfc57149814d5171e4849627d7c725fda4f424f9ea9aca69705bb27',
  'sharegpt.yaml': '596a59291529cd3e10d1bbf4c600030a54e425153b4a73f36816342a0624ae8b',
  'priority.yaml': 'da53b5f1675b788eb12ebd741a41c54d7de8d6bbef3a1e5125e3a6a126784275',
  'prompts.yaml': '5386a84cb0d091f13e100f97fe796897e0ad4f8b5c23a8edd3e25807e86f66e7',
};

describe.concurrent('every file in configs/', () => {
  test('there are some', () => {
    expect(SCENARIOS).toContain('demo.yaml');
    expect(PROFILES).toContain('l40s-qwen2.5-7b.json');
  });

  test.each(PROFILES)('%s is a profile of a GPU, and a scenario uses it', (name) => {
    const gpu = `configs/${name}`;
    const { kvBytesPerToken } = profileOf({ gpu: join(ROOT, gpu) });
    expect(kvBytesPerToken).toBeGreaterThan(0);
    const users = SCENARIOS.filter((scenario) => {
      return loadScenario(join(ROOT, 'configs', scenario)).engine.gpu === gpu;
    });
    expect(users.length).toBeGreaterThan(0);
  });

  test.each(SCENARIOS)(
    '%s is a scenario, and plays in virtual time without a failed request',
    async (name) => {
      const file = join(ROOT, 'configs', name);
      const scenario = loadScenario(file);
      expect(scenario.target.url).toBe('embedded');

      const { code, stdout, stderr, out } = await playedConfig(name);
      expect(code, stderr).toBe(0);
      const summary = JSON.parse(readFileSync(join(runFolder(out), 'summary.json'), 'utf8'));
      const { counts, cache, idealCachedShare, distributions } = summary;
      expect(counts.failed).toBe(0);
      expect(counts.completed).toBeGreaterThan(10);
      const { ttftMs, tpotMs } = distributions;
      const shares = [cache.share, idealCachedShare].map((share) => share * 100);
      expectTold(name, [counts.completed, ...shares, ttftMs.p50, ttftMs.p99, tpotMs.p50]);
      expect(stdout).toContain('of simulated time');
      expect(journalOf(out).header).toMatchObject({ clock: 'virtual' });
      if (!(name in RECORDS)) return;
      const journal = readFileSync(join(runFolder(out), 'journal.ndjson'), 'utf8');
      const records = journal.trimEnd().split('\n').slice(1, -1);
      expect(sha256(records.join('\n'))).toBe(RECORDS[name]);
    },
  );
});

/** The results that configs/README.md tells of a scenario: one decimal of a share, four digits of a time. */
function expectTold(name: string, results: readonly number[]): void {
  const readme = readFileSync(join(ROOT, 'configs/README.md'), 'utf8');
  const row = readme
    .split('\n')
    .find((line) => line.startsWith(`| \`${name}\``) && /\d+ \|$/.test(line));
  const told = row!.split('|').slice(3, -1).map(Number.parseFloat);
  expect(told).toHaveLength(results.length);
  for (const [index, result] of results.entries()) {
    expect(Math.abs(told[index]! - result)).toBeLessThanOrEqual(Math.max(0.051, result * 5e-4));
  }
}

test('the demo over real HTTP, cut short: tables on stdout, progress on stderr, files named', async () => {
  const out = freshFolder();
  const { code, stdout, stderr } = await confab(
    [
      ...['run', 'configs/demo.yaml', '--users', '3', '--output-dir', join(out, 'runs')],
      ...['--set', 'population.arrivals.usersPerSec=20', '--set', 'conversation.rounds=2'],
      ...['--set', 'pacing.pauseSec=0.1', '--log-interval', '0.2'],
    ],
    { cwd: ROOT },
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/last 0\.2 s: \d+ completed, 0 failed, \d+ in flight/);
  expect(stdout).toMatch(/^ +count +mean +50% +90% +95% +99% +max$/m);
  expect(stdout).toMatch(/^Per round$/m);
  for (const { path } of textsBelow(out)) expect(stdout).toContain(path);
  expect(journalOf(out).records.map(({ status }) => status)).toEqual(Array(6).fill('ok'));
});

test('M-70 two plays in virtual time are the same, another seed is not', async () => {
  const journal = async (seed: string) => {
    const out = freshFolder();
    const args = ['simulate', 'configs/demo.yaml', '--users', '2', '--seed', seed];
    args.push('--set', 'target.url=http://another.engine:1');
    const { code, stdout } = await confab([...args, '--output-dir', join(out, 'runs')], {
      cwd: ROOT,
    });
    expect(code).toBe(0);
    // No other engine was there, whatever the scenario names.
    expect(stdout).not.toContain('another.engine');
    const { header, records } = journalOf(out);
    return JSON.stringify([header.workloadDigest, records]);
  };
  const first = await journal('1');
  expect(await journal('1')).toBe(first);
  expect(await journal('2')).not.toBe(first);
});
