import { describe, expect, test } from 'vitest';
import { variablesSet } from '../../../src/commands/scenario/environment.ts';
import { confab } from '../../support/confab.ts';

describe('--version --verbose', () => {
  test.each([[['--version', '--verbose']], [['--verbose', '-V']]])(
    '%j says what a bug report needs, within 80 columns, and no secret',
    async (args) => {
      const { code, stdout } = await confab(args, { env: { OPENAI_API_KEY: 'sk-of-mine' } });
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines.filter((line) => !line.includes('/') && line.length > 80)).toEqual([]);
      const says = stdout.replace(/\n +/g, ' ');
      expect(says).toMatch(/^confab +\d+\.\d+\.\d+ in \//m);
      expect(says).toContain(`${process.versions.node}, V8 `);
      expect(says).toMatch(/^tokenizers +@huggingface\/tokenizers loads/m);
      expect(says).toMatch(/^libraries .*undici \d+\.\d+\.\d+, .*zod \d+\./m);
      expect(says).not.toContain('is missing');
      expect(says).toMatch(/^variables set .*OPENAI_API_KEY/m);
      expect(says).not.toContain('sk-of-mine');
    },
  );

  test('--version alone is one line still', async () => {
    expect((await confab(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('of the environment, what changes a run is named', () => {
    const env = {
      CONFAB_SEED: '1',
      https_proxy: 'http://me:secret@proxy',
      NO_PROXY: '',
      HOME: '/',
    };
    expect(variablesSet({ ...env, NODE_OPTIONS: '', PATH: '' })).toEqual([
      ...['CONFAB_SEED', 'NODE_OPTIONS', 'NO_PROXY', 'https_proxy'],
    ]);
  });
});
