import { expect, test } from 'vitest';
import { isotonic } from '../../../src/sweep/find-max/isotonic.ts';

const fitted = (...values: [y: number, weight?: number][]) =>
  isotonic(values.map(([y, weight = 1]) => ({ y, weight })));

test('what is in order stays, neighbours in the wrong order meet at their mean', () => {
  expect(fitted([1], [2], [3])).toEqual([1, 2, 3]);
  expect(fitted([1], [3], [2], [4])).toEqual([1, 2.5, 2.5, 4]);
  expect(fitted([3], [2], [1])).toEqual([2, 2, 2]);
  expect(fitted([4, 3], [0, 1])).toEqual([3, 3]);
  expect(fitted()).toEqual([]);
});

test('it is the nearest of all sequences on a grid that never fall', () => {
  const values: [number, number][] = [
    [2, 1],
    [0, 2],
    [3, 1],
    [1, 1],
  ];
  const distance = (fit: readonly number[]) =>
    values.reduce((sum, [y, weight], index) => sum + weight * (y - fit[index]!) ** 2, 0);
  const own = distance(fitted(...values));
  const steps = Array.from({ length: 13 }, (_, index) => index / 4);
  for (const a of steps)
    for (const b of steps)
      for (const c of steps)
        for (const d of steps) {
          if (a <= b && b <= c && c <= d)
            expect(distance([a, b, c, d])).toBeGreaterThanOrEqual(own - 1e-9);
        }
});
