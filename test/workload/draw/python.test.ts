import { expect, test } from 'vitest';
import { PythonRandom, pythonRound } from '../../../src/workload/draw/python.ts';

test.each([
  [0, [1, 1, 0, 1, 2, 1, 1, 1, 1, 1, 2, 0], [4, 1, 2, 1, 6, 0, 4, 6]],
  [2, [0, 0, 0, 1, 0, 2, 2, 1, 1, 2, 0, 2], [0, 4, 5, 1, 3, 5, 3, 6]],
  [123456, [1, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 2], [3, 1, 0, 4, 1, 3, 6, 5]],
])(
  'choices of three, then of seven, after random.seed(%i), as Python has them',
  (seed, ofThree, ofSeven) => {
    const python = new PythonRandom(seed);
    expect(ofThree.map(() => python.choice(3))).toEqual(ofThree);
    expect(ofSeven.map(() => python.choice(7))).toEqual(ofSeven);
  },
);

test('a shuffled list, as Python has it; the list itself stays', () => {
  const list = Array.from({ length: 20 }, (_, i) => i);
  expect(new PythonRandom(0).shuffled(list)).toEqual([
    10, 18, 16, 14, 0, 17, 11, 2, 3, 9, 5, 7, 4, 19, 6, 15, 8, 1, 13, 12,
  ]);
  expect(list[1]).toBe(1);
});

test('normal draws, the second of each pair kept, as Python 3.11 and numpy 2 have them', () => {
  const python = new PythonRandom(585);
  for (const value of [
    136.8627968487287, 115.24807487956507, 113.14990962861359, 132.29812317331496, 70.8387968240612,
  ]) {
    expect(python.gauss(100, 25)).toBeCloseTo(value, 10);
  }
});

test('rounding, halves to even', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(pythonRound)).toEqual([0, 2, 2, 0, -2, 2, 3]);
});
