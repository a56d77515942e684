import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../support/folders.ts';

/** Three seconds of CPU, for a vitest and three workers; on a busy machine that is minutes. */
const TIMEOUT_MS = 600_000;

/** A real process, as it starts a vitest of its own. */
function mutate(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, ['test/mutate/start.mjs', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += text));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout })));
}

test(
  'npm run mutate: a bad change is noticed; one that makes no difference, and one of what no test calls, are not',
  async () => {
    const source = 'test/mutate/sample/smaller.ts';
    const { code, stdout } = await mutate(
      ...[`${source}:3`, `${source}:8`, '--tests', 'test/mutate/sample/smaller-tests.ts'],
    );
    const [first, ...rest] = stdout.trimEnd().split('\n');
    expect(first).toBe('3 of 3 mutants');
    expect(rest.slice(0, 2).sort()).toEqual([
      `survived  ${source}:3  a <= b  →  a < b`,
      `unreached ${source}:8  !count  →  count`,
    ]);
    expect(rest.slice(2).map((line) => line.split(/ +/))).toEqual([
      ['', 'killed', 'timeout', 'survived', 'unreached'],
      [source, '1', '0', '1', '1'],
      ['together', '1', '0', '1', '1'],
    ]);
    expect(code).toBe(1);
  },
  TIMEOUT_MS,
);
