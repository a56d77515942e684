import { expect, test } from 'vitest';
import { numpySeed, RandomState } from '../../../src/workload/draw/numpy.ts';
import { zipf } from '../../../src/workload/draw/zipf.ts';

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

test.each([
  [1, [0.09948431352038875, 0.15699134537072973, 0.1154028932255086, 0.09840014403965884]],
  [0.5, [0.0760004724401761, 0.09456793001695389, 0.0448708472507219, 0.04787064186516507]],
  [4, [0.2558762934835395, 0.1402351247953468, 0.2666045330298139, 0.06548831649897714]],
])('gamma draws of shape %d', (shape, expected) => {
  const state = new RandomState(0);
  for (const value of expected) expect(state.gamma(shape, 1 / (8 * shape))).toBeCloseTo(value, 14);
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

test('whole numbers of a range; of one number nothing is drawn', () => {
  const state = new RandomState(7);
  const draws = (count: number, min: number, max: number) =>
    Array.from({ length: count }, () => state.between(min, max));
  expect(draws(12, 4, 10)).toEqual([8, 5, 10, 7, 7, 8, 5, 10, 4, 5, 10, 6]);
  expect(draws(2, 5, 5)).toEqual([5, 5]);
  expect(draws(6, 20, 40)).toEqual([28, 27, 26, 24, 36, 27]);
  expect(state.uniform()).toBe(0.3809411331485384);
});

test.each([
  [1.2, [1, 193576058, 32, 4, 10, 3, 649004, 3, 161383, 251], 0.20484909029779508],
  [3.5, [1, 1, 1, 1, 1, 1, 1, 1, 2, 1], 0.2303028790209648],
])('the zipf draws of a state, alpha %d', (alpha, expected, next) => {
  const state = new RandomState(7);
  expect(expected.map(() => zipf(state.uniform, alpha))).toEqual(expected);
  expect(state.uniform()).toBe(next);
});

test('the seed is the run’s where numpy takes it', () => {
  expect([numpySeed(0), numpySeed('17'), numpySeed(2 ** 32 - 1)]).toEqual([0, 17, 2 ** 32 - 1]);
  for (const seed of ['abc', -1, 1.5, 2 ** 32]) {
    expect(numpySeed(seed)).toBe(numpySeed(seed));
    expect(() => new RandomState(numpySeed(seed))).not.toThrow();
    expect(numpySeed(seed)).toBeGreaterThanOrEqual(0);
  }
});
