import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Held, Stack } from '../../src/ledger/stack.ts';

/** Chains of a prefix tree, as names of blocks: one for each beginning. */
const chains = fc
  .array(fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 40 })
  .map((paths) => {
    const names = new Map<string, number>();
    return paths.map((path) =>
      Int32Array.from(path, (_, depth) => {
        const beginning = path.slice(0, depth + 1).join();
        if (!names.has(beginning)) names.set(beginning, names.size);
        return names.get(beginning)!;
      }),
    );
  });

function held(by: number, names: Int32Array): Held {
  return { by, names, promptBlocks: names.length, firstTokenMs: by, endMs: by };
}

/** Leading blocks among the `capacity` used last; requests free their tail first. */
function naive(capacity: number, earlier: readonly Int32Array[], names: Int32Array): number {
  const order = earlier.flatMap((chain) => [...chain].reverse());
  const latest = [...new Set(order.reverse())].slice(0, capacity);
  const missing = names.findIndex((name) => !latest.includes(name));
  return missing < 0 ? names.length : missing;
}

test('one after the other, requests find what an LRU cache of any size has', () => {
  fc.assert(
    fc.property(chains, fc.integer({ min: 1, max: 30 }), (prompts, capacity) => {
      const stack = new Stack();
      prompts.forEach((names, index) => {
        const lookup = stack.lookUp(held(index, names), index);
        const found = naive(capacity, prompts.slice(0, index), names);
        expect(lookup.foundIn(capacity)).toBe(found);
        const place = lookup.at(found);
        if (place) expect(place.distance).toBeGreaterThan(capacity);
        if (found > 0) expect(lookup.at(found - 1)!.distance).toBeLessThanOrEqual(capacity);
        stack.end(held(index, names), index);
      });
    }),
  );
});

test('what somebody under way has is found, however small the cache, and takes the room of the rest', () => {
  const stack = new Stack();
  const [a, b, c] = [Int32Array.of(0, 1), Int32Array.of(2, 3), Int32Array.of(0, 1, 4)];
  stack.lookUp(held(0, a), 0);
  stack.lookUp(held(1, b), 1);
  stack.end(held(1, b), 2);
  const beside = stack.lookUp(held(2, c), 3);
  expect(beside.foundIn(1)).toBe(2);
  expect(beside.at(0)).toMatchObject({ by: 0, isInFlight: true, isHeld: true, idleMs: 0 });
  expect(beside.at(2)).toBeUndefined();
  const again = stack.lookUp(held(3, b), 5);
  // 0, 1, 4 are held, and a block each of two answers that is not full.
  expect(again.at(0)).toMatchObject({ distance: 6, isInFlight: false, idleMs: 3 });
});
