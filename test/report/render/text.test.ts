import { expect, test } from 'vitest';
import { sectionsText } from '../../../src/report/render/text.ts';
import { field } from '../../../src/report/section.ts';

test('what belongs to a title is below it, part by part; what has none begins at the margin', () => {
  const text = sectionsText([
    { lines: ['All is well, as far\n   as one can see.', 'Read on.'] },
    {
      title: 'Everything',
      fields: [
        field('one', 'first', 'more of it'),
        { ...field('two', 'below one'), level: 1 },
        field('a label that is long', 'second'),
      ],
      table: {
        columns: [{ title: 'name' }, { title: 'TTFT', unit: 'ms' }],
        rows: [{ cells: ['all', 1.5] }, { cells: ['some', undefined], level: 1 }],
      },
      lines: ['said'],
      notes: ['A paragraph\nin two lines.', 'Another.'],
    },
  ]);
  expect(text).toBe(`All is well, as far as one can see.
Read on.

Everything
  one                  first
                       more of it
    two                below one
  a label that is long second

  name    TTFT ms
  all       1.500
    some        -

  said

  A paragraph in two lines.
  Another.`);
});

const LONG = {
  title: 'A title that says in one sentence what else would be overlooked',
  fields: [
    field(
      'where',
      'in a sentence that is longer than forty columns are',
      '/a/path/that/is/longer/than/it',
    ),
  ],
  lines: ['a statement that is longer than forty columns are'],
  notes: ['a paragraph that is longer than forty columns are'],
  terms: [{ term: 'word', says: 'a meaning that is longer than forty columns' }],
};

test('lines end at words where the page ends, each part below where it began', () => {
  expect(sectionsText([LONG], 40)).toBe(`A title that says in one sentence what
else would be overlooked
  where           in a sentence that is
                  longer than forty
                  columns are
                  /a/path/that/is/longer/than/it

  a statement that is longer than forty
  columns are

  a paragraph that is longer than forty
  columns are
  word  a meaning that is longer than
        forty columns`);
});

test('without an end of the page a part has one line', () => {
  const lines = sectionsText([LONG], Infinity).split('\n').filter(Boolean);
  expect(lines).toHaveLength(6);
});
