import { expect, test } from 'vitest';
import { breakDown, onBreakdown } from '../../src/base/breakdown.ts';

test('what can be kept is kept once, and one that cannot be does not stop the others', () => {
  const kept: string[] = [];
  const keep = (name: string) => () => {
    kept.push(name);
    return `${name} is kept`;
  };
  onBreakdown(() => {
    throw new Error('the disk is full');
  });
  onBreakdown(keep('a'));
  const forget = onBreakdown(keep('b'));
  forget();
  expect(breakDown()).toEqual(['a is kept']);
  expect(breakDown()).toEqual([]);
  expect(kept).toEqual(['a']);
});
