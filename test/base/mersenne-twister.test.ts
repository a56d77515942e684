import { expect, test } from 'vitest';
import { MersenneTwister } from '../../src/base/mersenne-twister.ts';

function words(twister: MersenneTwister, count: number): number[] {
  return Array.from({ length: count }, () => twister.word());
}

test('of the number 5489: the first words, and the ten thousandth of the C++ standard', () => {
  const all = words(MersenneTwister.ofNumber(5489), 10_000);
  expect(all.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
  expect(all.at(-1)).toBe(4123659995);
});

test.each([
  [192, [3252577378, 463204295, 1571707769]],
  [4294967295, [419326371, 479346978, 3918654476]],
])('of the number %i, as numpy has them', (seed, expected) => {
  expect(words(MersenneTwister.ofNumber(seed), 3)).toEqual(expected);
});

test('of words: the first of mt19937ar.out', () => {
  const key = [0x123, 0x234, 0x345, 0x456];
  expect(words(MersenneTwister.ofWords(key), 5)).toEqual([
    1067595299, 955945823, 477289528, 4107218783, 4228976476,
  ]);
});

test('of one word, as Python’s random.seed(5) makes them', () => {
  expect(words(MersenneTwister.ofWords([5]), 3)).toEqual([2675342405, 1097127993, 3185950873]);
});

test('two words make a uniform draw of 53 bits', () => {
  const twister = MersenneTwister.ofNumber(192);
  const draws = [twister.uniform(), twister.uniform(), twister.uniform()];
  expect(draws).toEqual([0.7572996847916257, 0.3659417292253271, 0.4232416446507181]);
});
