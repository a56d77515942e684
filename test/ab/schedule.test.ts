import { expect, test } from 'vitest';
import { orderOf } from '../../src/ab/schedule.ts';

test('two rounds are A B B A or B A A B, both of which come', () => {
  const blocks = Array.from({ length: 20 }, (_, block) =>
    [2 * block + 1, 2 * block + 2].flatMap((round) => orderOf(7, 'rounds', round)).join(''),
  );
  expect(new Set(blocks)).toEqual(new Set(['abba', 'baab']));
});

test('the order is a function of seed, stage and round', () => {
  const orders = (seed: number, stage: string) =>
    Array.from({ length: 40 }, (_, index) => orderOf(seed, stage, index + 1)[0]).join('');
  expect(orders(1, 'rounds')).toBe(orders(1, 'rounds'));
  expect(orders(1, 'rounds')).not.toBe(orders(2, 'rounds'));
  expect(orders(1, 'rounds')).not.toBe(orders(1, 'floor'));
});
