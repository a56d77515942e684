import { expect, test } from 'vitest';
import { tableText } from '../../../src/report/render/table.ts';
import type { Table } from '../../../src/report/section.ts';

const TABLE: Table = {
  columns: [
    { title: 'of' },
    { title: 'count', format: 'count' },
    { title: 'input', unit: 'tokens' },
    { title: 'least', detail: 1 },
    { title: 'quarter', detail: 2 },
    { title: 'cached share', format: 'percent' },
  ],
  rows: [
    { cells: ['all', 10, 1000, 1, 250, 0.5] },
    { cells: ['some', 5, undefined, 1, 250, 1], level: 1 },
  ],
};

/** What it is in so many columns. */
const inColumns = (width: number): string => tableText(TABLE, width);

test('a heading has one line where there is room', () => {
  expect(inColumns(Infinity)).toBe(
    [
      '  of      count  input tokens  least  quarter  cached share',
      '  all        10          1000  1.000    250.0        50.0 %',
      '    some      5             -  1.000    250.0       100.0 %',
    ].join('\n'),
  );
  expect(inColumns(59)).toBe(inColumns(Infinity));
});

test('one column less, and headings take lines', () => {
  expect(inColumns(58)).toBe(
    [
      '                  input                   cached',
      '  of      count  tokens  least  quarter    share',
      '  all        10    1000  1.000    250.0   50.0 %',
      '    some      5       -  1.000    250.0  100.0 %',
    ].join('\n'),
  );
});

test('then the most detailed columns are left out, and that is said', () => {
  expect(inColumns(47)).toBe(
    [
      '                  input          cached',
      '  of      count  tokens  least    share',
      '  all        10    1000  1.000   50.0 %',
      '    some      5       -  1.000  100.0 %',
      '  (left out: quarter; --wide prints all)',
    ].join('\n'),
  );
});

test('no line is longer than the page, and every column is there or named', () => {
  for (let width = 40; width < 70; width++) {
    const text = inColumns(width);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    const words = text.replace(/\s+/g, ' ');
    for (const { title } of TABLE.columns) expect(words).toContain(title.split(' ')[0]);
  }
});

test('columns that may not be left out are in a table below, with the names of the rows', () => {
  expect(inColumns(24)).toBe(
    [
      '                  input',
      '  of      count  tokens',
      '  all        10    1000',
      '    some      5       -',
      '',
      '  of      cached share',
      '  all           50.0 %',
      '    some       100.0 %',
      '  (left out: least,',
      '  quarter; --wide prints',
      '  all)',
    ].join('\n'),
  );
});
