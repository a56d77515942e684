import { expect, test } from 'vitest';
import { hanging } from '../../src/report/wrap.ts';

test('later lines are below the first, and none is longer than the width', () => {
  expect(hanging('  a ', 'one two three', 11)).toBe('  a one two\n    three');
  expect(hanging('  a ', 'one two three', 10)).toBe('  a one\n    two\n    three');
});

test('a word that is too long has a line of its own', () => {
  expect(hanging('', 'a extraordinary b', 5)).toBe('a\nextraordinary\nb');
});
