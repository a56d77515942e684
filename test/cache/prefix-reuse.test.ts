import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { Belady } from '../../src/cache/belady.ts';
import { PrefixReuse, type Prompt } from '../../src/cache/prefix-reuse.ts';
import { Chains } from '../../src/workload/traces/chains.ts';
import { tries } from '../support/tries.ts';

const SIZE = 4;

interface Asked {
  readonly ids: readonly number[];
  /** Of the last block; 0: there is a rest without an id. */
  readonly lastTokens: number;
  readonly gapMs: number;
  readonly isMeasured: boolean;
}

/** Short lists of few ids: many begin alike, and an id stands behind many others. */
const asked: fc.Arbitrary<Asked> = fc.record({
  ids: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 7 }),
  lastTokens: fc.integer({ min: 1, max: SIZE }),
  gapMs: fc.integer({ min: 0, max: 5 }),
  isMeasured: fc.boolean(),
});

function promptsOf(requests: readonly Asked[]): Prompt[] {
  const chains = new Chains();
  let atMs = 100;
  return requests.map(({ ids, lastTokens, gapMs, isMeasured }) => {
    atMs += gapMs;
    const chain = chains.namesOf(ids);
    const inputTokens = ids.length ? (ids.length - 1) * SIZE + lastTokens : lastTokens;
    return { chain, inputTokens, atMs, isMeasured };
  });
}

function played(prompts: readonly Prompt[]) {
  const reuse = new PrefixReuse({
    blockTokens: SIZE,
    engineBlockTokens: 2,
    referencesMax: 10_000,
  });
  for (const prompt of prompts) reuse.add(prompt);
  return reuse.close();
}

function tokensAt(prompt: Prompt, block: number): number {
  return Math.min(SIZE, prompt.inputTokens - SIZE * block);
}

/** Prompts one after the other, with a cache as somebody would write it who has no idea of stacks. */
function naive(
  prompts: readonly Prompt[],
  isHeld: (name: number, atMs: number) => boolean,
  touch: (name: number, atMs: number) => void,
  from: 'tail' | 'root' = 'tail',
) {
  const most = new Map<number, number>();
  const hits = { blocks: 0, tokens: 0 };
  for (const prompt of prompts) {
    const { chain, isMeasured } = prompt;
    const atMs = prompt.atMs!;
    const missed = chain.findIndex((name) => !isHeld(name, atMs));
    const found = chain.slice(0, missed < 0 ? undefined : missed);
    for (const [block, name] of found.entries()) {
      if (!isMeasured) continue;
      hits.blocks++;
      hits.tokens += Math.min(tokensAt(prompt, block), most.get(name)!);
    }
    for (const [block, name] of chain.entries()) {
      most.set(name, Math.max(tokensAt(prompt, block), most.get(name) ?? 0));
    }
    for (const name of from === 'tail' ? chain.toReversed() : chain) touch(name, atMs);
  }
  return hits;
}

function naiveLru(prompts: readonly Prompt[], capacity: number, from?: 'tail' | 'root') {
  const cache = new Set<number>();
  const touch = (name: number): void => {
    cache.delete(name);
    cache.add(name);
    if (cache.size > capacity) cache.delete(cache.values().next().value!);
  };
  return naive(prompts, (name) => cache.has(name), touch, from);
}

function naiveTtl(prompts: readonly Prompt[], ttlMs: number) {
  const usedMs = new Map<number, number>();
  return naive(
    prompts,
    (name, atMs) => atMs - (usedMs.get(name) ?? -Infinity) < ttlMs,
    (name, atMs) => usedMs.set(name, atMs),
  );
}

const requests = fc.array(asked, { maxLength: 25 });

test('an LRU cache of any size finds what a naive one of that size finds, block by block', () => {
  fc.assert(
    fc.property(requests, (list) => {
      const prompts = promptsOf(list);
      const { lru, totals } = played(prompts);
      for (let capacity = 0; capacity <= totals.distinctBlocks + 1; capacity++) {
        expect(lru.at(capacity)).toEqual(naiveLru(prompts, capacity));
      }
      expect(lru.at(Infinity)).toEqual(totals.found);
    }),
    { seed: 1 },
  );
});

test('a time to live finds what a naive cache of that time finds: refreshed, and strictly below', () => {
  fc.assert(
    fc.property(requests, (list) => {
      const prompts = promptsOf(list);
      const ttls = [0, 1, 2, 5, 10, 1000];
      expect(played(prompts).ttl!.at(ttls)).toEqual(ttls.map((ttl) => naiveTtl(prompts, ttl)));
    }),
    { seed: 2 },
  );
});

test('a cache that never forgets: every share by its definition', () => {
  fc.assert(
    fc.property(requests, (list) => {
      const prompts = promptsOf(list);
      const { totals } = played(prompts);
      const measured = prompts.flatMap((prompt, index) => {
        if (!prompt.isMeasured) return [];
        const alone = prompts.slice(0, index).map((one) => ({ ...one, isMeasured: false }));
        const found = naiveLru([...alone, prompt], Infinity);
        return [{ prompt, found }];
      });
      const sum = (of: (one: (typeof measured)[number]) => number) =>
        measured.reduce((total, one) => total + of(one), 0);
      expect(totals).toEqual({
        requests: measured.length,
        distinctBlocks: new Set(prompts.flatMap(({ chain }) => chain)).size,
        blocks: sum(({ prompt }) => prompt.chain.length),
        inputTokens: sum(({ prompt }) => prompt.inputTokens),
        found: {
          blocks: sum(({ found }) => found.blocks),
          tokens: sum(({ found }) => found.tokens),
        },
        requestShares: expect.closeTo(
          sum(({ prompt, found }) => found.tokens / prompt.inputTokens),
          9,
        ),
        any: sum(({ found }) => Number(found.blocks > 0)),
        full: sum(({ prompt, found }) =>
          Number(found.blocks > 0 && found.blocks === prompt.chain.length),
        ),
        engineTokens: sum(
          ({ prompt, found }) => 2 * Math.floor(Math.min(found.tokens, prompt.inputTokens - 1) / 2),
        ),
      });
    }),
    { seed: 3 },
  );
});

test('what is enough for a share of the hits finds it, and a block less does not', () => {
  fc.assert(
    fc.property(requests, fc.integer({ min: 1, max: 60 }), (list, tokens) => {
      const { lru, totals } = played(promptsOf(list));
      const enough = lru.capacityFor(tokens);
      if (enough === undefined) {
        expect(totals.found.tokens).toBeLessThan(tokens);
        return;
      }
      expect(lru.at(enough).tokens).toBeGreaterThanOrEqual(tokens);
      expect(lru.at(enough - 1).tokens).toBeLessThan(tokens);
    }),
    { seed: 4 },
  );
});

/** The most hits of all ways to keep and to give up, tried one by one. */
function bestOf(blocks: readonly number[], capacity: number): number {
  let best = new Map<string, number>([['', 0]]);
  for (const block of blocks) {
    const next = new Map<string, number>();
    for (const [kept, hits] of best) {
      const held = kept ? kept.split(',').map(Number) : [];
      const gained = hits + Number(held.includes(block));
      const all = [...new Set([...held, block])].sort();
      for (let choice = 0; choice < 2 ** all.length; choice++) {
        const chosen = all.filter((_, index) => choice & (2 ** index));
        if (chosen.length > capacity) continue;
        const key = chosen.join();
        next.set(key, Math.max(gained, next.get(key) ?? 0));
      }
    }
    best = next;
  }
  return Math.max(...best.values());
}

test('the bound is the most that any choice of blocks to keep finds', () => {
  const references = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 14 });
  fc.assert(
    fc.property(references, fc.integer({ min: 1, max: 4 }), (blocks, capacity) => {
      const tokens = new Int32Array(blocks.length).fill(1);
      const bound = new Belady({ blocks: Int32Array.from(blocks), tokens, distinct: 5 });
      expect(bound.at(capacity).blocks).toBe(bestOf(blocks, capacity));
    }),
    { seed: 5, numRuns: tries(60) },
  );
});

test('the bound is above LRU at every size, and what there is to find when all fits', () => {
  fc.assert(
    fc.property(requests, (list) => {
      const prompts = promptsOf(list);
      const { lru, bound, totals } = played(prompts);
      for (let capacity = 1; capacity <= totals.distinctBlocks; capacity++) {
        const best = bound!.at(capacity);
        expect(best.blocks).toBeGreaterThanOrEqual(lru.at(capacity).blocks);
      }
      expect(bound!.at(totals.distinctBlocks)).toEqual(totals.found);
    }),
    { seed: 6 },
  );
});

test('there is no bound of more references than may be kept, and no time to live without times', () => {
  const reuse = new PrefixReuse({ blockTokens: SIZE, engineBlockTokens: SIZE, referencesMax: 2 });
  reuse.add({ chain: [0, 1], inputTokens: 8, atMs: 1 });
  expect(reuse.close().bound).toBeDefined();
  expect(reuse.close().ttl).toBeDefined();
  reuse.add({ chain: [0], inputTokens: 4 });
  expect(reuse.close().bound).toBeUndefined();
  expect(reuse.close().ttl).toBeUndefined();
});

test('touched from the root, a small cache gives up beginnings before what hangs below them', () => {
  const prompts = promptsOf(
    [[1, 1, 1], [2], [1, 1, 1]].map((ids) => ({
      ids,
      lastTokens: SIZE,
      gapMs: 1,
      isMeasured: true,
    })),
  );
  const { lru } = played(prompts);
  expect(naiveLru(prompts, 3, 'root').blocks).toBe(0);
  expect(lru.at(3).blocks).toBe(2);
});

/** Of both more than the arrays begin with: 1024. */
test.each([10, 1023, 1024, 1025, 2000, Infinity])(
  'of thousands of requests and blocks, a cache of %d finds what a naive one does',
  (capacity) => {
    const rng = stream('many', 'ids');
    const id = () => 1 + Math.floor(40 * rng() ** 2);
    const prompts = promptsOf(
      Array.from({ length: 1500 }, () => ({
        ...{ ids: [id(), id(), id()], gapMs: 1, isMeasured: true },
        lastTokens: 1 + Math.floor(SIZE * rng()),
      })),
    );
    const { lru, totals } = played(prompts);
    expect(totals.distinctBlocks).toBeGreaterThan(1100);
    expect(lru.at(capacity)).toEqual(naiveLru(prompts, capacity));
  },
);

/** Keeps of all blocks those that are used next, looking through all of them each time. */
function farthestLast(blocks: readonly number[], capacity: number): number {
  const after = (block: number, place: number): number => {
    const next = blocks.indexOf(block, place + 1);
    return next < 0 ? Infinity : next;
  };
  const next = new Map<number, number>();
  let hits = 0;
  for (const [place, block] of blocks.entries()) {
    if (next.has(block)) hits++;
    next.set(block, after(block, place));
    if (next.size <= capacity) continue;
    const [farthest] = [...next].reduce((far, one) => (one[1] > far[1] ? one : far));
    next.delete(farthest);
  }
  return hits;
}

test.each([5, 100, 1100])('the bound of thousands of references, with room for %d', (capacity) => {
  const rng = stream('many', 'references');
  const blocks = Array.from({ length: 3000 }, () => Math.floor(1500 * rng()));
  const tokens = new Int32Array(blocks.length).fill(1);
  const bound = new Belady({ blocks: Int32Array.from(blocks), tokens, distinct: 1500 });
  expect(bound.at(capacity).blocks).toBe(farthestLast(blocks, capacity));
});
