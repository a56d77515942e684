import { expect, test } from 'vitest';
import { hanging } from '../../src/report/wrap.ts';

test('later lines are below the first, and none is longer than the width', () => {
  expect(hanging('  a ', 'one two three', 11)).toBe('  a one two\n    three');
  expect(hanging('  a ', 'one two three', 10)).toBe('  a one\n    two\n    three');
});

test('a unit is not torn from its number', () => {
  expect(hanging('', 'at most 10 s, or 5 %', 10)).toBe('at most\n10 s, or\n5 %');
});

test('what takes two columns counts twice', () => {
  expect(hanging('', '日本 日本 日本', 9)).toBe('日本 日本\n日本');
  expect(hanging('日 ', 'one two', 8)).toBe('日 one\n   two');
});

test('a word that is too long has a line of its own', () => {
  expect(hanging('', 'a extraordinary b', 5)).toBe('a\nextraordinary\nb');
});
