import { expect, test } from 'vitest';
import { RandomState } from '../../../src/workload/draw/numpy.ts';

// The expected values are those of numpy 2: its RandomState is frozen.

test.each([
  [0, [1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458]],
  [
    192,
    [
      -0.6817812790477983, 1.308551178395266, 0.712050081973764, -0.1265330833267599,
      -0.08310429220800314, -0.6792388791875331,
    ],
  ],
])('normal draws of RandomState(%i), the second of each pair kept', (seed, expected) => {
  const state = new RandomState(seed);
  for (const value of expected) expect(state.normal()).toBeCloseTo(value, 14);
});

test('lognormal draws', () => {
  const state = new RandomState(192);
  for (const value of [0.4216572249781018, 22.580853496528537, 6.848982930476094]) {
    expect(state.lognormal(0.5, 2) / value).toBeCloseTo(1, 13);
  }
});

test('a uniform draw does not use up the normal that is kept', () => {
  const [one, two] = [new RandomState(7), new RandomState(7)];
  one.normal();
  two.normal();
  one.uniform();
  expect(one.normal()).toBe(two.normal());
});

test('a shuffled list, after other draws as well; the list itself stays', () => {
  const list = Array.from({ length: 20 }, (_, i) => i);
  expect(new RandomState(42).shuffled(list)).toEqual([
    0, 17, 15, 1, 8, 5, 11, 3, 18, 16, 13, 2, 9, 19, 4, 12, 7, 10, 14, 6,
  ]);
  expect(list[1]).toBe(1);
  const state = new RandomState(151);
  state.uniform();
  expect(state.shuffled(list.slice(0, 10))).toEqual([4, 1, 6, 8, 0, 3, 9, 2, 7, 5]);
});
