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
  expect(text).toBe(`All is well, as far
as one can see.
Read on.

Everything
  one             first
                  more of it
    two           below one
  a label that is long second

  name    TTFT ms
  all       1.500
    some        -

  said

  A paragraph
  in two lines.
  Another.`);
});
