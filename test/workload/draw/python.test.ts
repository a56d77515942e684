import { expect, test } from 'vitest';
import { pythonChoices } from '../../../src/workload/draw/python.ts';

test.each([
  [0, [1, 1, 0, 1, 2, 1, 1, 1, 1, 1, 2, 0], [4, 1, 2, 1, 6, 0, 4, 6]],
  [2, [0, 0, 0, 1, 0, 2, 2, 1, 1, 2, 0, 2], [0, 4, 5, 1, 3, 5, 3, 6]],
  [123456, [1, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 2], [3, 1, 0, 4, 1, 3, 6, 5]],
])(
  'choices of three, then of seven, after random.seed(%i), as Python has them',
  (seed, ofThree, ofSeven) => {
    const choice = pythonChoices(seed);
    expect(ofThree.map(() => choice(3))).toEqual(ofThree);
    expect(ofSeven.map(() => choice(7))).toEqual(ofSeven);
  },
);
