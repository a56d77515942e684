import { describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { ROOT } from '../support/folders.ts';

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

/** From the project's folder, and told by nobody but `env`. */
function demo(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return confab(args, { cwd: ROOT, env });
}
