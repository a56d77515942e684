import { expect, test } from 'vitest';
import { argsOfProgram, beginProgram, commandLineOf } from '../../src/base/command-line.ts';
import { striker } from '../../src/base/secret.ts';

const line = (args: string[], ...secrets: string[]) => commandLineOf(args, striker(secrets));

test('the line can be typed again: what a shell would see something in is quoted', () => {
  const args = ['run', 'configs/demo.yaml', '--set', 'stop.afterSec=5', '--header', "X: it's"];
  expect(line(args)).toBe(
    `confab run configs/demo.yaml --set stop.afterSec=5 --header 'X: it'\\''s'`,
  );
  expect(line(['run', '', 'a b', '$HOME', '*'])).toBe(`confab run '' 'a b' '$HOME' '*'`);
});

test.each([
  ['what follows a flag of that name', ['--api-key', 'abc'], []],
  ['the same in one word', ['--api-key=abc'], []],
  ['a value that the scenario keeps secret', ['--header', 'X-Team: abcdef'], ['abcdef']],
  ['a password in a URL', ['--url', 'http://me:abc@host/v1?token=abc'], []],
  ['what looks like a key', ['--set', 'target.body.x=sk-abcabcabcabcabc'], []],
])('without secrets: %s', (_, args, secrets) => {
  expect(line(args, ...secrets)).not.toContain('abc');
  expect(line(args, ...secrets)).toContain('***');
});

test('settings with a word of secrets in their names are shown', () => {
  expect(line(['--max-batched-tokens', '8192', '--tokenizer', 'gpt2'])).toBe(
    'confab --max-batched-tokens 8192 --tokenizer gpt2',
  );
});

test('the arguments are those of the program that was called last', () => {
  beginProgram(['run', 'x']);
  expect(argsOfProgram()).toEqual(['run', 'x']);
});
