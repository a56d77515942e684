import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { confab } from '../../support/confab.ts';
import { freshFolder } from '../../support/folders.ts';

/** What real bash offers for each line, at its end; all in one process, as a shell is slow to start. */
function offered(script: string, lines: readonly (readonly string[])[]): string[][] {
  const asked = lines.map((words) => {
    const list = ['confab', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _confab; echo "\${COMPREPLY[*]}"`;
  });
  // Through its standard input: an argument has 128 kB at most.
  const text = execFileSync('bash', ['--norc', '-s'], {
    cwd: freshFolder(),
    encoding: 'utf8',
    input: `${script}\n${asked.join('\n')}\n`,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').filter(Boolean));
}

test('bash completes verbs, flags, their values, scenarios, topics and fields', async () => {
  const { code, stdout } = await confab(['completion', 'bash']);
  expect(code).toBe(0);
  const lines = [
    ['s'],
    ['run', '--ou'],
    ['run', '--log-format', ''],
    ['run', '--log-format', '=', 'j'],
    ['run', 'd'],
    ['run', 'x.yaml', '--set', 'conversation.rou'],
    ['run', '--gpu', 'rtx'],
    ['run', '--url', 'h'],
    ['help', 'met'],
    ['convert', ''],
    ['convert', 'sharegpt', '--ascii'],
    ['completion', ''],
  ];
  expect(offered(stdout, lines)).toEqual([
    ['simulate', 'sessions', 'sweep', 'size', 'scenarios', 'schema'],
    ['--output-dir'],
    ['text', 'json'],
    ['json'],
    ['default', 'demo', 'documents'],
    ['conversation.rounds='],
    ['rtx4090', 'rtxpro6000'],
    [],
    ['metrics'],
    ['sharegpt'],
    ['--ascii-only'],
    ['bash', 'zsh', 'fish'],
  ]);
});

test.each(['zsh', 'fish'])('%s is told the same verbs and flags as bash', async (shell) => {
  const { stdout: bash } = await confab(['completion', 'bash']);
  const { code, stdout } = await confab(['completion', shell]);
  expect(code).toBe(0);
  const lists = [...bash.matchAll(/^ {8}flags='([^']*)'/gm)].map((match) => match[1]!);
  const names = lists.join(' ').split(' ');
  const flags = new Set(names.flatMap((name) => /^--(.+)/.exec(name)?.[1] ?? []));
  expect(flags.size).toBeGreaterThan(50);
  const named = (flag: string) => stdout.includes(shell === 'fish' ? `-l ${flag} ` : `*--${flag}[`);
  expect([...flags].filter((flag) => !named(flag))).toEqual([]);
});

test('another shell is refused with those that there are', async () => {
  const { code, stderr } = await confab(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/Allowed choices are bash, zsh, fish/);
});
