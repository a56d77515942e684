import { expect, test } from 'vitest';
import { RandomState } from '../../../src/workload/draw/numpy.ts';
import { numpyPoisson } from '../../../src/workload/draw/numpy-poisson.ts';

// As numpy 2 draws them, and what uniform draw comes after them.
test.each([
  [0.5, [0, 1, 2, 0, 0, 0, 0, 1, 0, 0], 0.28814559930799355],
  [3, [2, 4, 4, 1, 4, 5, 4, 3, 4, 3], 0.45909297789143144],
  [9.9, [9, 9, 12, 13, 8, 9, 12, 13, 11, 6], 0.5414421320952196],
  [10, [9, 10, 8, 9, 8, 7, 16, 7, 15, 10], 0.6690132408839138],
  [25, [24, 25, 21, 28, 23, 22, 20, 34, 21, 33], 0.5234125806737658],
  [140.5, [119, 138, 140, 132, 147, 136, 133, 130, 163, 144], 0.2303028790209648],
  [1e4, [9823, 9983, 10000, 9930, 10052, 9966, 9937, 9910, 10188, 10029], 0.2303028790209648],
])('RandomState(7).poisson(%d)', (lambda, expected, next) => {
  const state = new RandomState(7);
  expect(expected.map(() => numpyPoisson(state, lambda))).toEqual(expected);
  expect(state.uniform()).toBe(next);
});

test('of 0 it is 0, and nothing is drawn', () => {
  const state = new RandomState(7);
  expect(numpyPoisson(state, 0)).toBe(0);
  expect(state.uniform()).toBe(new RandomState(7).uniform());
});
