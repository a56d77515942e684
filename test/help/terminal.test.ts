import { expect, test } from 'vitest';
import { blocksOf, sectionOf } from '../../src/help/markdown.ts';
import { terminalText } from '../../src/help/terminal.ts';

const long = 'a sentence of many words '.repeat(8).trim();

test('a section goes from its heading to the next of its level, and code is no heading', () => {
  const document =
    '# A\n\n## B\n\none\n\n```sh\n## no heading\n```\n\n### C\n\ntwo\n\n## D\n\nthree';
  expect(sectionOf(document, 'B').trim()).toBe('one\n\n```sh\n## no heading\n```\n\n### C\n\ntwo');
  expect(sectionOf(document, 'D').trim()).toBe('three');
  expect(() => sectionOf(document, 'E')).toThrow("no heading 'E'");
});

test('comments are left out', () => {
  expect(blocksOf('<!-- metrics -->\nsaid\n<!-- over\ntwo lines -->')).toEqual([
    { kind: 'paragraph', text: 'said' },
  ]);
});

test.each([
  ['a heading is underlined', '# A title\n## Below', 'A title\n=======\n\nBelow\n-----\n'],
  ['lines of a paragraph are joined', 'one\ntwo\n\nthree', 'one two\n\nthree\n'],
  ['emphasis is taken off', '**bold** and _slanted_', 'bold and slanted\n'],
  ['names with underscores stay', 'user_id and max_tokens', 'user_id and max_tokens\n'],
  ['code stays as it is', '`a_b_c` and `**x**`', '`a_b_c` and `**x**`\n'],
  ['a link is its text', 'see [the map](../README.md)', 'see the map\n'],
  ['an address stays', '[vLLM](https://vllm.ai)', 'vLLM (https://vllm.ai)\n'],
  ['items follow each other', 'Two:\n- one\n  more\n- two', 'Two:\n\n- one more\n- two\n'],
  ['numbers of items stay', '1. one\n2. two', '1. one\n2. two\n'],
  ['code is indented', '```sh\nnpm test\n\nend\n```', '    npm test\n\n    end\n'],
  ['indented code is code', '    one\n      two', '    one\n      two\n'],
  [
    'columns are aligned, as their rule says',
    '| a | b |\n| - | -: |\n| long | 1 |\n| c \\| d | 100 |',
    'a        b\n-----  ---\nlong     1\nc | d  100\n',
  ],
])('%s', (_, markdown, text) => {
  expect(terminalText(markdown)).toBe(text);
});

test('paragraphs and items are wrapped at 80 columns, items below their text', () => {
  const lines = terminalText(`${long}\n\n- ${long}`).trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.slice(-2).every((line) => line.startsWith('  a') || line.startsWith('  '))).toBe(
    true,
  );
});

test('the widest column of a table is wrapped until all fit', () => {
  const lines = terminalText(`| a | b |\n| - | - |\n| x | ${long} |\n| y | z |`).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBe(80);
  expect(lines[2]).toMatch(/^x {2}a sentence/);
  expect(lines[3]).toMatch(/^ {3}\w/);
});

test('rows are set apart where a first cell takes several lines', () => {
  const table = `| a | b |\n| - | - |\n| ${long} | ${long} |\n| y | z |`;
  expect(terminalText(table)).toContain('\n\ny ');
});
