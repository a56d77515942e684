import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

/** The scenario of production-stack's flags, as its command line prints it, in a file. */
async function scenarioFile(...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await confab([
    ...['multi-round-qa', '--base-url', 'http://unused:1', '--no-warmup', '--ignore-eos'],
    ...['--shared-system-prompt', '64', '--user-history-prompt', '160', '--answer-len', '50'],
    ...flags,
    '--print-scenario',
  ]);
  expect(code, stderr).toBe(0);
  const file = join(freshFolder(), 'scenario.yaml');
  writeFileSync(file, stdout);
  return file;
}

const SMALL = ['--num-users', '10', '--num-rounds', '5', '--qps', '0.5'];

async function planned(file: string, ...flags: string[]) {
  const { code, stdout, stderr } = await confab(['plan', file, ...flags]);
  expect(code, stderr).toBe(0);
  return stdout;
}

describe.concurrent('a plan, without a server', () => {
  test('M-68 the KV working set and the sharing of prefixes are those that the lengths give', async () => {
    const file = await scenarioFile(...SMALL, '--no-ramp-up');
    const plan = JSON.parse(await planned(file, '--time', '2000', '--json', '-'));
    // N = 10 users: S = 64 shared tokens and the template's 3 before them, in 4 full blocks; then each user's
    // own part, whose length in the middle of its life is that of round 2.5 without the answer of round 5.
    const perUser = (round: number) => 64 + 160 + round * (20 + 50);
    const meanTokens = 10 * ((perUser(1) + perUser(2) + perUser(3) + perUser(4)) / 4 - 64) + 64;
    // Template tokens are less than 8 a message.
    const { liveTokens, liveBlocks } = plan.kv;
    expect(liveTokens.mean).toBeGreaterThan(0.9 * meanTokens);
    expect(liveTokens.mean).toBeLessThan(1.25 * meanTokens);
    expect(liveBlocks.mean).toBeGreaterThan(liveTokens.mean / 16);
    expect(liveBlocks.mean).toBeLessThan(liveTokens.mean / 16 + 10);
    expect(liveBlocks.peak).toBeGreaterThanOrEqual(liveBlocks.mean);
    // Design note D.3: in one gap N M / (M - 1) users are touched, of whom N are live at the peak.
    const sharedBlocks = 4;
    expect(plan.kv.lruBlocks).toBeCloseTo(
      sharedBlocks + ((liveBlocks.peak - sharedBlocks) * 5) / 4,
      6,
    );
    expect(plan.kv).toMatchObject({ blockTokens: 16, bytesPerToken: 131_072 });
    expect(plan.cache.sharingRatio).toBeGreaterThan(0.5);
    expect(plan.cache.sharingRatio).toBeLessThan(1);

    const text = await planned(file, '--time', '2000');
    expect(text).toMatch(/live, mean +\d+(\.\d+)? blocks, \d+ tokens, 0\.\d+ GB/);
    expect(text).toMatch(/shared blocks +\d+\.\d % of all prompts' blocks/);
  });

  test('M-69 the whole schedule in virtual time: gaps, question numbers and launches (rows 1 and 2)', async () => {
    const file = await scenarioFile(...SMALL);
    const text = await planned(file, '--time', '100', '--wide');
    expect(text).toContain('asks every G = 20 s and lives S = 80 s; one joins every U = 8 s');
    const csv = await planned(file, '--time', '100', '--schedule', '-');
    const [, ...rows] = csv.trimEnd().split('\n');
    const sent = rows.map((row) => row.split(',')).filter((cells) => cells[3] === 'ok');
    const launches = sent.slice(0, 6).map(([user, turn, due]) => [user, turn, due].map(Number));
    expect(launches).toEqual([
      [11, 0, 0],
      [4, 3, 4],
      [9, 1, 4],
      [2, 4, 8],
      [7, 2, 8],
      [12, 0, 8],
    ]);
    const first = new Map<number, number>();
    for (const [user, turn] of sent.toReversed()) first.set(Number(user), Number(turn));
    const found = Array.from({ length: 10 }, (_, i) => first.get(i + 1));
    // User 1 has asked all its questions before the start.
    expect(found).toEqual([undefined, 4, 4, 3, 3, 3, 2, 2, 1, 1]);
    const counts = Array.from(
      { length: 12 },
      (_, i) => sent.filter(([user]) => Number(user) === i + 1).length,
    );
    expect(counts).toEqual([0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  test.each([
    // users, rounds, qps, strict -> requests/s, ratio (row 3)
    [10, 5, 0.5, false, 0.625, 1.25],
    [10, 5, 0.5, true, 0.5, 1],
    [15, 20, 0.5, false, 0.5 * (20 / 19), 20 / 19],
    [10, 2, 2, false, 4, 2],
  ])(
    'M-69 the rate law: %i users, %i rounds, %d QPS, strict %s: %d requests/s',
    async (users, rounds, qps, isStrict, expected, ratio) => {
      const file = await scenarioFile(
        ...['--num-users', String(users), '--num-rounds', String(rounds), '--qps', String(qps)],
        ...(isStrict ? ['--strict-qps'] : []),
      );
      const timeSec = 4 * Math.max(40, (users / qps) * (rounds - 1));
      const plan = JSON.parse(await planned(file, '--time', String(timeSec), '--json', '-'));
      expect(plan.rateLaw.offeredPerSec).toBeCloseTo(expected, 9);
      expect(plan.rateLaw.offeredPerSec / plan.rateLaw.nominalPerSec).toBeCloseTo(ratio, 9);
      // As counted in the middle half of the time, up to one conversation at either end.
      const slack = (2 * rounds) / (timeSec / 2);
      expect(Math.abs(plan.requestsPerSec.steady - expected)).toBeLessThanOrEqual(slack);
      // N users are there, by Little's law and by counting.
      expect(plan.little.conversations.expected / plan.little.conversations.counted).toBeCloseTo(
        1,
        1,
      );
    },
  );

  test('M-70 the same seed gives the same plan, another seed another', async () => {
    const file = await scenarioFile(...SMALL);
    const plan = (seed: string) =>
      planned(
        file,
        ...['--set', 'population.arrivals.process=poisson', '--time', '200'],
        ...['--seed', seed, '--schedule', '-'],
      );
    const first = await plan('1');
    expect(await plan('1')).toBe(first);
    expect(await plan('2')).not.toBe(first);
  });
});
