import { expect, test } from 'vitest';
import { sectionsMarkdown } from '../../../src/report/render/markdown.ts';

test('titles are headings, tables are GitHub’s, and what a section says is in its order', () => {
  const text = sectionsMarkdown([
    { isWarning: true, lines: ['late'] },
    {
      title: 'Numbers',
      fields: [
        { label: 'a', lines: ['1', 'more'] },
        { label: 'b', lines: ['2'], level: 1 },
      ],
      table: {
        columns: [{ title: '' }, { title: 'TTFT', unit: 'ms', format: 'measure' }],
        rows: [{ cells: ['x|y', 1.23456] }, { cells: ['z', undefined], level: 1 }],
      },
      lines: ['one', 'two'],
      notes: ['so'],
      terms: [{ term: 'TTFT', says: 'first\n  token' }],
    },
  ]);
  expect(text).toBe(`> **Warning** late

## Numbers

- **a**: 1; more
  - **b**: 2

|  | TTFT ms |
| --- | ---: |
| x\\|y | 1.235 |
| &nbsp;&nbsp;z | - |

- one
- two

so

- **TTFT**: first token`);
});

test('what an engine wrote stays text', () => {
  expect(sectionsMarkdown([{ lines: ['<b>*a*_b_[c](d)`'] }])).toBe(
    '\\<b>\\*a\\*\\_b\\_\\[c\\](d)\\`',
  );
});
