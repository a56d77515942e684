import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PinnedStack } from '../../src/capacity/pinned-stack.ts';
import { BlockPool } from '../../src/engine/kv/block-pool.ts';
import { tries } from '../support/tries.ts';

const RUNNING_MAX = 3;
const LENGTH_MAX = 5;

/** Requests come and go: those that begin have a path down a tree with two branches a block. */
const histories = fc.array(
  fc.oneof(
    fc.record({
      path: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: LENGTH_MAX }),
    }),
    fc.record({ ends: fc.integer({ min: 0, max: RUNNING_MAX - 1 }) }),
  ),
  { maxLength: 60 },
);

/** One name for every beginning: the path as a number with a leading 1. */
function chainOf(path: readonly number[]): Int32Array {
  let name = 1;
  return Int32Array.from(path, (branch) => (name = 2 * name + branch));
}

/** What a pool of that size finds at each beginning. */
function foundByPool(
  history: typeof histories extends fc.Arbitrary<infer T> ? T : never,
  capacity: number,
) {
  const pool = new BlockPool(capacity + 1);
  const running: { blocks: Int32Array }[] = [];
  const found: number[] = [];
  for (const step of history) {
    if ('ends' in step) {
      const [ended] = running.splice(step.ends, 1);
      if (ended) pool.release(ended.blocks, ended.blocks.length);
      continue;
    }
    if (running.length === RUNNING_MAX) continue;
    const chain = chainOf(step.path);
    const names = new Int32Array(2 * chain.length);
    chain.forEach((name, at) => {
      names[2 * at] = name;
    });
    const blocks = new Int32Array(chain.length);
    const hits = pool.lookup(names, chain.length, blocks);
    found.push(hits);
    pool.touch(blocks, hits);
    pool.take(blocks, hits, chain.length);
    pool.publish(blocks, names, hits, chain.length);
    running.push({ blocks });
  }
  return found;
}

test('one pass tells what block pools of every size find, while requests hold their blocks', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const stack = new PinnedStack();
      const running: Int32Array[] = [];
      const depths: (number | undefined)[][] = [];
      for (const step of history) {
        if ('ends' in step) {
          const [ended] = running.splice(step.ends, 1);
          if (ended) stack.release(ended, ended.length);
          continue;
        }
        if (running.length === RUNNING_MAX) continue;
        const chain = chainOf(step.path);
        const of: (number | undefined)[] = [];
        stack.look(chain, chain.length, (from, to, newer) => {
          for (let at = from; at < to; at++) {
            of.push(newer === undefined ? 0 : newer + at - from + 1);
          }
        });
        depths.push(of);
        stack.pin(chain, 0, chain.length);
        running.push(chain);
      }
      // No smaller pool has room for all that run.
      for (let capacity = RUNNING_MAX * LENGTH_MAX; capacity < 40; capacity++) {
        const expected = depths.map((of) => of.filter((depth) => depth! <= capacity).length);
        expect(expected).toEqual(foundByPool(history, capacity));
      }
    }),
    { numRuns: tries(60) },
  );
});

test('a block that was never held is not known, and what has no name takes its place', () => {
  const stack = new PinnedStack();
  const chain = Int32Array.of(0, 1, 2);
  expect(stack.look(chain, 3, () => expect.unreachable())).toBe(0);
  stack.pin(chain, 0, 2);
  stack.pinUnnamed(1);
  expect(stack.pinnedBlocks).toBe(3);
  expect(
    stack.look(chain, 3, (from, to, newer) => expect([from, to, newer]).toEqual([0, 2, undefined])),
  ).toBe(2);
  stack.pinUnnamed(-1);
  stack.release(chain, 2);
  expect(stack.pinnedBlocks).toBe(0);
  stack.pinUnnamed(7);
  stack.pinUnnamed(-7);
  const seen: unknown[] = [];
  stack.look(chain, 3, (...stretch) => seen.push(stretch));
  // Seven slots were taken meanwhile: so many more a cache needs.
  expect(seen).toEqual([[0, 2, 7]]);
});
