import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TOPICS } from '../../src/commands/topics.ts';
import { confab } from '../support/confab.ts';
import { DOCUMENTS } from '../support/documents.ts';
import { ROOT } from '../support/folders.ts';

test('help alone lists verbs and topics, all that documents name among them', async () => {
  const { code, stdout } = await confab(['help']);
  expect(code).toBe(0);
  const listed = new Set([...stdout.matchAll(/^ {2}([\w-]+) /gm)].map((match) => match[1]!));
  expect([...listed]).toEqual(expect.arrayContaining(['run', 'plan', 'metrics', 'exit-codes']));
  const named = DOCUMENTS.flatMap(({ text }) =>
    [...text.matchAll(/`confab help ([a-z-]+)`/g)].map((match) => match[1]!),
  );
  expect(named).toContain('metrics');
  expect(named.filter((name) => !listed.has(name))).toEqual([]);
});

test('a verb: its flags', async () => {
  const { code, stdout } = await confab(['help', 'run']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: confab run \[options\]/);
  expect(stdout).toContain('--resume <dir>');
});

test('a topic: its text', async () => {
  const { code, stdout } = await confab(['help', 'exit-codes']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ 130 {2}interrupted/m);
});

test('a verb that is a topic too: first the one, then the other', async () => {
  const { code, stdout } = await confab(['help', 'engine']);
  expect(code).toBe(0);
  const verb = stdout.indexOf('--gpu <');
  expect(verb).toBeGreaterThan(0);
  expect(stdout.indexOf('What it models')).toBeGreaterThan(verb);
});

test.each([
  [80, {}],
  [60, { COLUMNS: '60' }],
])('no page but its code is wider than %i columns', async (columns, env) => {
  const { stdout } = await confab(['help'], { env });
  const names = [...stdout.matchAll(/^ {2}([a-z][\w-]+) /gm)].map((match) => match[1]!);
  expect(names.length).toBeGreaterThan(30);
  for (const name of columns === 80 ? names : ['plan', 'sessions']) {
    const page = await confab(['help', name], { env });
    const lines = page.stdout.split('\n').filter((line) => !line.startsWith('    '));
    expect(lines.filter((line) => [...line].length > columns)).toEqual([]);
  }
});

test('a part of a verb, as its --help says it', async () => {
  const { stdout } = await confab(['help', 'convert', 'sharegpt']);
  expect(stdout).toBe((await confab(['convert', 'sharegpt', '--help'])).stdout);
  expect((await confab(['help', 'run', 'sharegpt'])).code).toBe(2);
});

test('neither: the error names what is accepted', async () => {
  const { code, stdout, stderr } = await confab(['help', 'metric']);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^error: help: found 'metric' \(did you mean metrics\?\); expected a verb \(run, .*\) or a topic \(.*metrics/,
  );
});

test('the npm package has the documents that topics are made of', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    files: string[];
  };
  const left = files.flatMap((name) => (name.startsWith('!') ? [named(name.slice(1))] : []));
  // npm packs these, named or not.
  const packed = ['README.md', 'LICENSE', 'package.json', ...files].map(named);
  const has = (path: string) =>
    packed.some((one) => one.test(path)) && !left.some((one) => one.test(path));
  expect(has('dist/main.js')).toBe(true);
  expect(has('dist/bench/main.js')).toBe(false);
  expect(TOPICS.length).toBeGreaterThan(10);
  const needed = DOCUMENTS.map(({ path }) => path).filter(
    (path) => !/^(test|\.github)\//.test(path),
  );
  expect(needed.filter((path) => !has(path))).toEqual([]);
});

/** What a line of `files` of package.json names: a path with wildcards, or all below a folder. */
function named(line: string): RegExp {
  const path = line
    .replaceAll('.', '\\.')
    .replaceAll('**/', '(?:.+/)?')
    .replaceAll(/(?<![.)])\*/g, '[^/]*');
  return new RegExp(`^${path}(?:/|$)`);
}
