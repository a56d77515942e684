import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chains } from '../../../src/workload/traces/chains.ts';
import type { HashId } from '../../../src/workload/traces/format.ts';
import { NumberTable } from '../../../src/workload/traces/number-table.ts';

/** Ids that a double would take for each other among them. */
const id: fc.Arbitrary<HashId> = fc.constantFrom<HashId>(
  0,
  1,
  2,
  2 ** 32,
  '9007199254740992',
  '9007199254740993',
);

test('inputs have the same name at a place where all ids up to there are the same, and only there', () => {
  fc.assert(
    fc.property(fc.array(fc.array(id, { maxLength: 6 }), { maxLength: 12 }), (inputs) => {
      const chains = new Chains();
      const names = new Map<string, number>();
      const firstParents = new Map<HashId, HashId | undefined>();
      let conflicts = 0;
      for (const ids of inputs) {
        const named = chains.namesOf(ids);
        expect(named).toHaveLength(ids.length);
        for (const [place, name] of named.entries()) {
          const beginning = JSON.stringify(ids.slice(0, place + 1));
          if (!names.has(beginning)) names.set(beginning, names.size);
          expect(name).toBe(names.get(beginning));
          const [own, parent] = [ids[place]!, ids[place - 1]];
          if (!firstParents.has(own)) firstParents.set(own, parent);
          if (firstParents.get(own) !== parent) conflicts++;
        }
      }
      expect([chains.names, chains.conflicts]).toEqual([names.size, conflicts]);
    }),
    { seed: 1 },
  );
});

test('a table of numbers is a map of them, however many', () => {
  const table = new NumberTable();
  const map = new Map<number, number>();
  for (let i = 0; i < 5000; i++) {
    // Few halves are alike, and many keys are one after the other.
    const key = (i % 3) * 2 ** 40 + (i >> 1);
    table.set(key, i);
    map.set(key, i);
  }
  const others = [-1, -5, 2 ** 22 - 1, 2 ** 22, 2 ** 22 + 1, 0.5];
  for (const key of others.slice(0, 5)) {
    table.set(key, 7);
    map.set(key, 7);
  }
  const keys = Array.from({ length: 3000 }, (_, i) => [i, i + 2 ** 40, i + 2 ** 41, i + 2 ** 52]);
  const wrong = [...others, ...keys.flat()].filter((key) => table.get(key) !== map.get(key));
  expect(wrong).toEqual([]);
});
