import { MersenneTwister } from '../../base/mersenne-twister.ts';

/**
 * Python's `random.choice` after `random.seed(seed)`: which of so many, from 0. After `_randbelow_with_getrandbits` in
 * CPython's Lib/random.py: the upper bits of words are drawn until they are below the count.
 */
export function pythonChoices(seed: number): (count: number) => number {
  const twister = MersenneTwister.ofWords([seed]);
  return (count) => {
    const unused = Math.clz32(count);
    let value: number;
    do value = twister.word() >>> unused;
    while (value >= count);
    return value;
  };
}
