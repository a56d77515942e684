import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { confab, journalOf, runFolder } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { startLoggingServer } from '../support/logging-server.ts';
import { begun } from '../support/signalled.ts';

/** Documents of 50 blocks, of which the engine has room for about five. */
const SMALL = [
  'conversation={text: hi, userHistory: {tokens: 800}, rounds: 4, answer: {tokens: 20, force: true}}',
  'engine={gpu: rtx4090, blocks: 310}',
];
const sets = (...more: string[]) => [...SMALL, ...more].flatMap((set) => ['--set', set]);
/** Each point by one run, as LMBenchmark has it. */
const SEARCH = ['sessions', '/dev/null', '--search', '--max-repeats', '1', '--max-ttft-p95'];
const SIMULATED = ['--wide', ...sets(), '--simulate', '--max-groups', '4', '--max-sessions', '6'];

interface FoundPoint {
  readonly groups: number;
  readonly sessions: number;
  readonly dir: string;
  readonly isWithin: boolean;
  readonly followUpTtftP95Ms: number;
}

const recordsOf = (dir: string) => readRun(dir).parts.flatMap(({ records }) => records);

function mostInFlight(records: readonly TurnRecord[]): number {
  const edges = records
    .flatMap(({ sentMs, endMs }) => [
      { atMs: sentMs!, change: 1 },
      { atMs: endMs!, change: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let now = 0;
  return Math.max(...edges.map(({ change }) => (now += change)));
}

describe('M-61 one point', () => {
  test('M-61 C requests are in flight, C·S sessions are served in turn, and the report says so', async () => {
    const cwd = freshFolder();
    const args = ['sessions', '/dev/null', '-c', '3', '-s', '4', '--rounds', '3', '--simulate'];
    const { code, stdout, stderr } = await confab([...args, ...sets('engine.blocks=6000')], {
      cwd,
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/closed loop: 12 conversations at all times, at most 3\s+requests/);
    const { records } = journalOf(cwd);
    expect(records).toHaveLength(36);
    expect(mostInFlight(records)).toBe(3);
    // Every session has had its first turn before any has its second.
    const turns = records.toSorted((a, b) => a.sentMs! - b.sentMs!).map(({ turn }) => turn);
    expect(turns).toEqual([...Array(12).fill(0), ...Array(12).fill(1), ...Array(12).fill(2)]);
    expect(stdout).toMatch(/\n {2}3 +4 +12 +36 +0 +\d+\.\d+\n$/);
  });

  test('M-61 above the bound: exit code 1', async () => {
    const args = ['sessions', '/dev/null', '-c', '1', '-s', '1', '--simulate'];
    const { code, stdout } = await confab([...args, ...sets(), '--max-ttft-p95', '1', '--wide']);
    expect(stdout).toMatch(/within 1 ms\n.* no\n$/);
    expect(code).toBe(1);
  });

  test('M-61 --gap: a group rests between two requests', async () => {
    const cwd = freshFolder();
    const args = ['sessions', '/dev/null', '-c', '1', '-s', '2', '--gap', '1.5', '--simulate'];
    expect((await confab([...args, ...sets()], { cwd })).code).toBe(0);
    const records = journalOf(cwd).records.toSorted((a, b) => a.sentMs! - b.sentMs!);
    const restsMs = records.slice(1).map(({ sentMs }, index) => sentMs! - records[index]!.endMs!);
    for (const rest of restsMs) expect(rest).toBeCloseTo(1500, 3);
    expect(restsMs).toHaveLength(7);
  });
});

describe('M-61 the search', () => {
  test('M-61 finds the most sessions within the bound, by independent runs of new users', async () => {
    const cwd = freshFolder();
    const { code, stdout, stderr } = await confab(
      [...SEARCH, '100', ...SIMULATED, '--json', 'found.json'],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    const { points, best, ...rest } = JSON.parse(readFileSync(join(cwd, 'found.json'), 'utf8'));
    expect(rest).toEqual({
      ...{ format: 'confab-sessions', version: 1, goal: 'sessions', isComplete: true },
      ...{ groupsMax: 4, sessionsMax: 6, ttftP95MsMax: 100 },
    });
    expect(best).toMatchObject({ groups: 1, sessions: 5, totalSessions: 5, isWithin: true });
    const users = new Set<number>();
    for (const { groups, sessions, dir, ...point } of points as FoundPoint[]) {
      const records = recordsOf(join(cwd, dir));
      expect(records).toHaveLength(groups * sessions * 4);
      const own = new Set(records.map(({ userId }) => userId));
      for (const user of own) expect(users).not.toContain(user);
      for (const user of own) users.add(user);
      expect(mostInFlight(records)).toBe(groups);
      const ttfts = records
        .filter(({ turn }) => turn > 0)
        .map(({ sentMs, firstTokenMs }) => firstTokenMs! - sentMs!)
        .sort((a, b) => a - b);
      const position = 0.95 * (ttfts.length - 1);
      const [below, above] = [ttfts[Math.floor(position)]!, ttfts[Math.ceil(position)]!];
      const p95 = below + (above - below) * (position % 1);
      expect(point.followUpTtftP95Ms).toBeCloseTo(p95, 6);
      expect(point.isWithin).toBe(p95 <= 100);
      expect(stdout).toMatch(new RegExp(`^ +${groups} +${sessions} +${groups * sessions} `, 'm'));
    }
    expect(stdout.replace(/^Runs: .*\n$/m, '')).toMatchInlineSnapshot(`
      "  groups  sessions each  sessions  requests  failed  TTFT p95 after round 1, ms  within 100 ms
        1                   1         1         4       0                       32.85            yes
        1                   2         2         8       0                       32.86            yes
        1                   4         4        16       0                       32.86            yes
        1                   5         5        20       0                       32.86            yes
        1                   6         6        24       0                       108.7             no
        2                   3         6        24       0                       178.7             no
        3                   2         6        24       0                       277.8             no
        4                   2         8        32       0                       284.4             no

      Largest (most sessions): 1 group x 5 sessions = 5 sessions, with a TTFT p95 of 32.86 ms after round 1 (bound 100 ms)
      Of 5 of 8 points it is not certain on which side of the bound they are: more --rounds or --max-repeats make sure.

      "
    `);
  });

  test('a point that is not within the bound for certain does not count, unless one run is asked for', async () => {
    const limits = ['--max-groups', '1', '--max-sessions', '2', '--max-repeats', '6'];
    const few = await confab([...SEARCH, '1e6', ...SIMULATED, ...limits]);
    expect(few.code).toBe(1);
    expect(few.stdout).toMatch(/No point is within the bound for certain\. .* is 1 group x 2 sess/);
    const more = await confab([...SEARCH, '1e6', ...SIMULATED, ...limits, '--rounds', '41']);
    expect(more.code).toBe(0);
    expect(more.stdout).toMatch(/^Largest \(most sessions\): 1 group x 2 sessions/m);
  });

  test('M-61 --goal balanced prefers as many groups as sessions', async () => {
    const { code, stdout } = await confab([...SEARCH, '100', ...SIMULATED, '--goal', 'balanced']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Largest \(greatest 2CS\/\(C\+S\)\): 2 groups x 2 sessions/m);
  });

  test('M-61 a bound that is never reached: the limits are named', async () => {
    const limits = ['--max-groups', '2', '--max-sessions', '2'];
    const { code, stdout } = await confab([...SEARCH, '1e6', ...SIMULATED, ...limits]);
    expect(code).toBe(0);
    expect(stdout).toContain('2 groups x 2 sessions = 4 sessions');
    expect(stdout).toContain('It is at --max-groups 2 and --max-sessions 2: there may be larger');
  });

  test.each([
    ['a bound below any TTFT', ['5'], /within the bound: its TTFT p95 .* is [\d.]+ ms, above 5 ms/],
    [
      'an engine that fails',
      ['1e6', '--set', 'engine.faults=["status=503@1"]'],
      /within the bound: 1 of its requests failed/,
    ],
    [
      'sessions without a second round',
      ['1e6', '--set', 'conversation.rounds=1'],
      /within the bound: it has no answer after round 1 to measure/,
    ],
  ])('M-61 not even one session: %s', async (_, args, expected) => {
    const { code, stdout } = await confab([
      ...SEARCH,
      ...args.slice(0, 1),
      ...SIMULATED,
      ...args.slice(1),
    ]);
    expect(stdout).toMatch(expected);
    expect(code).toBe(1);
  });

  test('M-61 Ctrl-C: the point that is playing drains and is not counted, and what was found is printed', async () => {
    const cwd = freshFolder();
    // The third request of the third point is in flight.
    const server = await startLoggingServer({
      reply: ({ index }) => ({ ttftMs: index >= 8 ? 300 : 0 }),
    });
    const live = ['--url', server.url, '--rounds', '2', '--json', 'found.json'];
    const search = begun([...SEARCH, '250', ...sets(), ...live], { cwd });
    await server.arrived(9);
    search.signal('SIGINT');
    const { code, stdout, stderr } = await search.ended;
    await server.close();
    expect(stderr).toContain('draining: no new turns');
    expect(code).toBe(130);
    expect(stdout).toContain('Largest so far (most sessions): 1 group x 2 sessions = 2 sessions');
    expect(stdout).toContain('The search did not come to its end');
    const found = JSON.parse(readFileSync(join(cwd, 'found.json'), 'utf8'));
    expect(found).toMatchObject({ isComplete: false, best: { sessions: 2 } });
    expect(found.points).toHaveLength(2);
    expect(runFolder(cwd)).toContain('sessions-');
  });
});

describe.concurrent('M-61 wrong flags: exit code 2, and what is accepted', () => {
  test.each<[string, string[], RegExp]>([
    ['no bound', ['--search'], /--max-ttft-p95: missing; expected milliseconds/],
    ['a bound of 0', ['--search', '--max-ttft-p95', '0'], /Found '0'; expected a time above 0/],
    ['neither a point nor a search', ['-c', '2'], /expected --groups and --sessions for one point/],
    [
      'a point and a search',
      ['--search', '--max-ttft-p95', '9', '-c', '2'],
      /expected --max-groups and --max-sessions/,
    ],
    ['a goal without a search', ['-c', '2', '-s', '2', '--goal', 'balanced'], /--goal: needs --se/],
    ['no groups', ['-c', '0', '-s', '2'], /Found '0'; expected a whole number of at least 1/],
    ['one round', ['-c', '1', '-s', '2', '--rounds', '1'], /Found '1'; expected .* at least 2/],
  ])('M-61 %s', async (_, args, expected) => {
    const { code, stderr } = await confab(['sessions', '/dev/null', ...args]);
    expect(stderr).toMatch(expected);
    expect(code).toBe(2);
  });
});
