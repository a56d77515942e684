import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { TOPICS } from '../src/commands/topics.ts';
import { headingsOf } from '../src/help/markdown.ts';
import { parseScenario } from '../src/scenario/load.ts';
import { codeBlocks, DOCUMENTS, type Document } from './support/documents.ts';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');
const readme = document('README.md');
const map = document('src/README.md');

function document(path: string): Document {
  const found = DOCUMENTS.find((one) => one.path === path);
  if (!found) throw new Error(`there is no ${path}`);
  return found;
}

/** Code of the project, tests included. */
const sources = ['src', 'test'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({
      path: `${folder}/${path}`,
      text: readFileSync(join(ROOT, folder, path), 'utf8'),
    })),
);

test('the README is short enough to be read', () => {
  expect(readme.text.split('\n').length).toBeLessThanOrEqual(181);
});

test('every folder of src has its line in the map, and every line its folder', () => {
  const folders = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(SRC, path)).isDirectory(),
  );
  const lines = [...map.text.matchAll(/^\| `([\w/-]+)` +\|/gm)].map((match) => match[1]!);
  expect(lines.sort()).toEqual(folders.sort());
});

test('every file that a document in src names is there', () => {
  const missing = DOCUMENTS.filter(({ path }) => path.startsWith('src/')).flatMap(
    ({ path, text }) =>
      [...text.matchAll(/`([\w/-]+\.ts)`/g)]
        .map((match) => match[1]!)
        .filter(
          (name) => ![dirname(path), 'src', '.'].some((at) => existsSync(join(ROOT, at, name))),
        )
        .map((name) => `${path}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test('links between documents lead somewhere', () => {
  const dead = DOCUMENTS.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]*)\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !existsSync(join(ROOT, dirname(path), link)))
      .map((link) => `${path}: ${link}`),
  );
  expect(dead).toEqual([]);
});

/** A document without its code. */
function proseOf({ text }: Document): string {
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => 'x'.repeat(code.length));
}

test('documents are plain: no HTML, no pictures', () => {
  const rich = DOCUMENTS.flatMap((one) =>
    (proseOf(one).match(/<\/?\w[^>]*>|!\[/g) ?? []).map((found) => `${one.path}: ${found}`),
  );
  expect(rich).toEqual([]);
});

test('the source of prose is within 100 columns; tables are as wide as they are', () => {
  const wide = DOCUMENTS.flatMap((one) =>
    proseOf(one)
      .split('\n')
      .filter((line) => line.length > 100 && !line.startsWith('|'))
      .map((line) => `${one.path}: ${line}`),
  );
  expect(wide).toEqual([]);
});

test('every design note that a comment names is a heading of a document', () => {
  const named = sources
    .filter(({ path }) => path !== 'test/docs.test.ts')
    .flatMap(({ text }) =>
      [...text.matchAll(/design note ([A-Z]\.\d+)/gi)].map((match) => match[1]!),
    );
  const headings = DOCUMENTS.flatMap(({ text }) => headingsOf(text.split('\n')))
    .map(({ text }) => /^Design note ([A-Z]\.\d+): /.exec(text)?.[1])
    .filter((name) => name !== undefined);
  expect(named).toContain('D.2');
  expect(new Set(headings).size).toBe(headings.length);
  expect(named.filter((name) => !headings.includes(name))).toEqual([]);
});

describe('the legend of conformance rows', () => {
  const ROWS: readonly (readonly [prefix: string, rows: number])[] = [
    ['M', 70],
    ['000', 20],
    ['001', 44],
    ['003', 20],
    ['X', 8],
  ];
  const legend = new Map(
    [...document('test/README.md').text.matchAll(/^\| (\w+-\d+) +\| (.+?) +\| (\w+) +\|$/gm)].map(
      (match) => [match[1]!, { says: match[2]!, state: match[3]! }],
    ),
  );

  test('has a line for each', () => {
    const expected = ROWS.flatMap(([prefix, rows]) =>
      Array.from({ length: rows }, (_, index) => `${prefix}-${index + 1}`),
    );
    expect([...legend.keys()]).toEqual(expected);
  });

  test('says of each whether a test names it', () => {
    const tests = sources.filter(({ path }) => path.startsWith('test/')).map(({ text }) => text);
    const named = new Set(tests.join('\n').match(/\b(M|000|001|003|X)-\d+\b/g));
    for (const [row, { state }] of legend) {
      expect([row, state]).toEqual([row, named.has(row) ? 'tested' : 'ahead']);
    }
    expect([...named].filter((row) => !legend.has(row))).toEqual([]);
  });
});

test.each(codeBlocks('yaml'))('the scenario in $document.path is one', ({ text }) => {
  expect(() => parseScenario(parse(text))).not.toThrow();
});

describe('topics of `confab help`', () => {
  test.each(TOPICS)('$name prints within 80 columns, its markup read', ({ summary, text }) => {
    const printed = text();
    expect(printed.length).toBeGreaterThan(200);
    expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(printed).not.toMatch(/^```|^#+ |^\||\]\(|\*\*/m);
    expect(summary.length).toBeLessThanOrEqual(62);
  });

  test('have names of their own', () => {
    expect(new Set(TOPICS.map(({ name }) => name)).size).toBe(TOPICS.length);
  });
});
