import { expect, test } from 'vitest';
import { smaller } from './smaller.ts';

test('the smaller of two', () => {
  expect([smaller(1, 2), smaller(2, 1), smaller(2, 2)]).toEqual([1, 1, 2]);
});
