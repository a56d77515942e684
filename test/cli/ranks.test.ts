import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

describe('--partition auto', () => {
  test('is in the scenario as if it had been typed', async () => {
    const args = ['run', 'configs/demo.yaml', '--print-scenario', '--partition'];
    const env = { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '3' };
    const [asked, typed] = [await demo([...args, 'auto'], env), await demo([...args, '1/3'])];
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('index: 1');
    expect(asked.stdout).toBe(typed.stdout);
  });

  test('without a launcher says what would have to be set', async () => {
    const { code, stderr } = await demo(['run', 'configs/demo.yaml', '--partition', 'auto']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Found no launcher.* SLURM_PROCID and SLURM_STEP_NUM_TASKS \(Slurm\)/);
    expect(stderr).toMatch(/or give I\/N, as in 0\/4/);
  });
});

describe('ranks that share a folder', () => {
  const small = ['--users', '6', '--rounds', '2', '--set', 'engine.fixed.ttftMs=50'];

  /** Simulated, each into the folder that the rank of a real run has. */
  async function playedRanks(ranks: readonly number[], of: number): Promise<string> {
    const shared = join(freshFolder(), 'shared');
    mkdirSync(shared);
    for (const rank of ranks) {
      const args = ['simulate', 'demo', ...small, '--partition', `${rank}/${of}`, '--json', '-'];
      const { code, stderr } = await confab([...args, '--output-dir', join(shared, 'played')], {
        cwd: ROOT,
      });
      expect(code, stderr).toBe(0);
      const [folder] = readdirSync(join(shared, 'played'));
      renameSync(join(shared, 'played', folder!), join(shared, `rank-${rank}`));
    }
    return shared;
  }

  test('are one run to report, and of one that is missing all requests are unsent', async () => {
    const shared = await playedRanks([0, 2], 3);
    const { stdout, code } = await confab(['report', shared, '--json'], { cwd: ROOT });
    expect(code).toBe(0);
    const { counts, warnings } = JSON.parse(stdout);
    expect(counts).toMatchObject({ planned: 12, completed: 8, unsent: 4 });
    expect(warnings).toEqual([
      'partition 1/3 is missing: 4 requests that it was to send are counted as unsent',
    ]);
    const { stdout: explained } = await confab(['cache', 'explain', shared], { cwd: ROOT });
    expect(explained).toMatch(/8/);
  });

  test.each([
    [['--rendezvous', 'shared'], /--rendezvous: found no partition; expected --partition auto/],
    [
      ['--rendezvous', 'shared', '--resume', 'runs/x'],
      /found --rendezvous and --resume; expected --resume shared alone/,
    ],
    [
      ['--rendezvous', 'shared', '--partition', '0/2', '--isolate', 'salt'],
      /found --rendezvous and --isolate; expected a salt that is the same in all ranks/,
    ],
    [
      ['--rendezvous', 'shared', '--partition', '1/2', '--rendezvous-timeout', '0.3'],
      /no start of 2 ranks in .*: rank 0 named no start within 0.3 s \(--rendezvous-timeout\)/,
    ],
    [['--start-at', '2026-01-01T10:00:00'], /Found '2026-01-01T10:00:00'; expected an instant/],
    [['--start-at', '2020-01-01T10:00:00Z'], /--start-at: found 2020-01-01T10:00:00.000Z, and it/],
  ])('%j is one error, before anything is sent', async (flags, problem) => {
    const scenario = flags.includes('--resume') ? [] : ['demo'];
    const { code, stderr } = await confab(['run', ...scenario, ...flags], { cwd: freshFolder() });
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(problem);
  });
});

/** From the project's folder, and told by nobody but `env`. */
function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return confab(args, { cwd: ROOT, env });
}
