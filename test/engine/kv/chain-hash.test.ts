import { expect, test } from 'vitest';
import { chainNames, contentName, nameWords } from '../../../src/engine/kv/chain-hash.ts';
import { tries } from '../../support/tries.ts';

const tokens = Int32Array.from({ length: 40 }, (_, i) => (i * 7919) % 50_257);

function namesOf(ids: Int32Array, salt?: string): string[] {
  const words = chainNames(ids, 16, salt);
  return Array.from({ length: words.length / 2 }, (_, i) => `${words[2 * i]}:${words[2 * i + 1]}`);
}

test('only full blocks are named', () => {
  expect(namesOf(tokens)).toHaveLength(2);
  expect(nameWords(47, 16)).toBe(4);
  expect(nameWords(48, 16)).toBe(6);
});

test('a chain that goes on keeps the names that it had', () => {
  const longer = Int32Array.from([...tokens, ...tokens]);
  expect(namesOf(longer).slice(0, 2)).toEqual(namesOf(tokens));
});

test('a block is named with all that comes before it', () => {
  const other = tokens.slice();
  other[3]! += 1;
  const [first, second] = namesOf(tokens);
  const [otherFirst, otherSecond] = namesOf(other);
  expect(otherFirst).not.toBe(first);
  expect(otherSecond).not.toBe(second);
});

test('a salt gives every block another name; the empty salt is a salt', () => {
  const all = [undefined, '', 'a', 'b', 'ab'].flatMap((salt) => namesOf(tokens, salt));
  expect(new Set(all).size).toBe(10);
  expect(namesOf(tokens, 'a')).toEqual(namesOf(tokens, 'a'));
});

test('prompts that are prefixes of each other, or padded with token 0, have different names', () => {
  const zeros = new Int32Array(100);
  const all = Array.from({ length: 100 }, (_, count) => contentName(zeros, count).join(':'));
  expect(new Set(all).size).toBe(100);
});

test('a hundred thousand similar blocks have different names, evenly spread in both words', () => {
  // One token of sixteen differs, in each place and by little: the worst case for a weak mix.
  const VALUES = tries(32_768);
  const seen = new Set<string>();
  const low = new Int32Array(256);
  const high = new Int32Array(256);
  const block = new Int32Array(16);
  for (let place = 0; place < 16; place++) {
    for (let value = 1; value <= VALUES; value++) {
      block[place] = value;
      const words = chainNames(block, 16, undefined);
      seen.add(`${words[0]}:${words[1]}`);
      low[words[0]! & 255]!++;
      high[words[1]! & 255]!++;
    }
    block[place] = 0;
  }
  expect(seen.size).toBe(16 * VALUES);
  // So many expected in each of 256 bins, with the standard deviation of a Poisson count.
  const expected = (16 * VALUES) / 256;
  const std = Math.sqrt(expected);
  for (const counts of [low, high]) {
    expect(Math.min(...counts)).toBeGreaterThan(expected - 5 * std);
    expect(Math.max(...counts)).toBeLessThan(expected + 5 * std);
  }
});
