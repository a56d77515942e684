import { expect, test } from 'vitest';
import { flowing } from '../../src/help/flow.ts';

const TEXT = `
A paragraph of
two lines.

  --flag N     what it does
  --other      what the other one does
      And a deeper
      paragraph.
`;

test('paragraphs flow, definitions have lines of their own', () => {
  expect(flowing(TEXT, 80)).toBe(`
A paragraph of two lines.

  --flag N     what it does
  --other      what the other one does
      And a deeper paragraph.
`);
});

test('on a narrow screen what is said stays below itself', () => {
  expect(flowing(TEXT, 24)).toBe(`
A paragraph of two
lines.

  --flag N     what it
               does
  --other      what the
               other one
               does
      And a deeper
      paragraph.
`);
});
