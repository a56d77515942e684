import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { BlockPool } from '../../../src/engine/kv/block-pool.ts';
import { chainNames } from '../../../src/engine/kv/chain-hash.ts';

/** Names of a chain with one token a block. */
function chain(...tokens: number[]): Int32Array {
  return chainNames(Int32Array.from(tokens), 1, undefined);
}

/** Takes a chain's blocks; the first `published` become known. */
function hold(pool: BlockPool, names: Int32Array, published: number): Int32Array {
  const blocks = new Int32Array(names.length / 2);
  pool.take(blocks, 0, blocks.length);
  pool.publish(blocks, names, 0, published);
  return blocks;
}

function takeAll(pool: BlockPool): number[] {
  const blocks = new Int32Array(pool.freeBlocks);
  pool.take(blocks, 0, blocks.length);
  return [...blocks];
}

function hits(pool: BlockPool, names: Int32Array): number {
  return pool.lookup(names, names.length / 2, new Int32Array(names.length / 2));
}

test('one block of the engine is never used', () => {
  const pool = new BlockPool(5);
  expect(pool.usableBlocks).toBe(4);
  expect(takeAll(pool)).toEqual([1, 2, 3, 4]);
});

test('a released chain is taken again tail first, after what was free before it', () => {
  const pool = new BlockPool(6);
  const blocks = hold(pool, chain(7, 8, 9), 3);
  pool.release(blocks, 3);
  expect(takeAll(pool)).toEqual([4, 5, 3, 2, 1]);
});

test('a block without a name is the first to be taken again', () => {
  const pool = new BlockPool(6);
  const blocks = hold(pool, chain(7, 8, 9), 2);
  pool.release(blocks, 3);
  expect(takeAll(pool)).toEqual([3, 4, 5, 2, 1]);
});

test('a chain hits up to its first block that is not resident, and up to the limit', () => {
  const pool = new BlockPool(6);
  hold(pool, chain(7, 8, 9), 3);
  expect(hits(pool, chain(7, 8, 9, 10))).toBe(3);
  expect(hits(pool, chain(7, 1, 9))).toBe(1);
  expect(hits(pool, chain(8, 9))).toBe(0);
  expect(pool.lookup(chain(7, 8, 9), 2, new Int32Array(2))).toBe(2);
});

test('content is known while it is held and after, and lost only when its block is taken', () => {
  const pool = new BlockPool(6);
  const names = chain(7, 8, 9);
  const blocks = hold(pool, names, 3);
  expect(hits(pool, names)).toBe(3);
  pool.release(blocks, 3);
  expect(hits(pool, names)).toBe(3);
  pool.take(new Int32Array(3), 0, 3);
  expect(hits(pool, names)).toBe(2);
});

test('touched blocks are not taken, and count as held until the last holder lets go', () => {
  const pool = new BlockPool(4);
  const names = chain(7, 8);
  const blocks = hold(pool, names, 2);
  pool.release(blocks, 2);
  expect(pool.freeAmong(blocks, 2)).toBe(2);
  pool.touch(blocks, 2);
  pool.touch(blocks, 2);
  expect(pool.freeAmong(blocks, 2)).toBe(0);
  expect(pool.freeBlocks).toBe(1);
  pool.release(blocks, 2);
  expect(pool.freeBlocks).toBe(1);
  pool.release(blocks, 2);
  expect(pool.freeBlocks).toBe(3);
});

test('of two blocks with the same content, one is still found when the other is evicted', () => {
  const pool = new BlockPool(3);
  const names = chain(7);
  const first = hold(pool, names, 1);
  hold(pool, names, 1);
  pool.release(first, 1);
  pool.take(new Int32Array(1), 0, 1);
  expect(hits(pool, names)).toBe(1);
});

test('a reset forgets everything, but is refused while a block is held', () => {
  const pool = new BlockPool(4);
  const names = chain(7, 8);
  const blocks = hold(pool, names, 2);
  expect(pool.reset()).toBe(false);
  expect(hits(pool, names)).toBe(2);
  pool.release(blocks, 2);
  expect(pool.reset()).toBe(true);
  expect(hits(pool, names)).toBe(0);
});

const USERS = 100;
const SHARED = 20;
const PRIVATE = 40;

/** Share of hits when users come back again and again, one at a time, each to a chain of shared and own blocks. */
function hitShare(capacityShare: number, nextUser: () => number): number {
  const pool = new BlockPool(1 + SHARED + Math.round(capacityShare * USERS * PRIVATE));
  const chains = Array.from({ length: USERS }, (_, user) =>
    chain(
      ...Array.from({ length: SHARED }, (_, i) => i),
      ...Array.from({ length: PRIVATE }, (_, i) => 1000 * (user + 1) + i),
    ),
  );
  const length = SHARED + PRIVATE;
  const blocks = new Int32Array(length);
  let [hitCount, lookups] = [0, 0];
  for (let request = 0; request < 30_000; request++) {
    const names = chains[nextUser()]!;
    const found = pool.lookup(names, length, blocks);
    pool.touch(blocks, found);
    pool.take(blocks, found, length);
    pool.publish(blocks, names, found, length);
    pool.release(blocks, length);
    if (request < 2000) continue;
    hitCount += found;
    lookups += length;
  }
  return hitCount / lookups;
}

/** User after user, for ever: the gap between two visits of a user is constant. */
function periodic(): () => number {
  let turn = 0;
  return () => turn++ % USERS;
}

/** With exponential gaps, the next visitor is anyone. */
function memoryless(): () => number {
  const rng = stream('visits');
  return () => Math.floor(rng() * USERS);
}

test.each([
  // share of the users' blocks that fits, hits with constant gaps, hits with exponential gaps
  [0.5, 1 / 3, 0.667],
  [0.75, 1 / 3, 0.833],
  [0.9, 1 / 3, 0.933],
  [0.99, 1 / 3, 0.993],
  [1, 1, 1],
])(
  'with room for %d of all, constant gaps hit %d: a cliff; exponential ones %d: a line',
  (...row) => {
    const [capacityShare, cliff, line] = row;
    expect(hitShare(capacityShare, periodic())).toBeCloseTo(cliff, 3);
    expect(Math.abs(hitShare(capacityShare, memoryless()) - line)).toBeLessThan(0.01);
  },
);
