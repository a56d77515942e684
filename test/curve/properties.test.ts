import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { PrefixReuse } from '../../src/cache/prefix-reuse.ts';
import { cacheCurve } from '../../src/curve/curve.ts';
import type { CurveRequest } from '../../src/curve/request.ts';
import { Chains } from '../../src/workload/traces/chains.ts';
import { sourceOf } from '../support/curve-source.ts';
import { tries } from '../support/tries.ts';

const SIZE = 4;
const OPTIONS = { warmupShare: 0, engineBlockTokens: SIZE };

/** Requests of an engine on a tree of prefixes: full blocks, the answer's behind the prompt's. */
const requests = fc
  .array(
    fc.record({
      ids: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 6 }),
      rest: fc.integer({ min: 0, max: SIZE - 1 }),
      answerIds: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 3 }),
      gapMs: fc.integer({ min: 0, max: 3000 }),
      session: fc.constantFrom('a', 'b', undefined),
      isMeasured: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((list) => {
    const chains = new Chains();
    let atMs = 0;
    return list.map(({ ids, rest, answerIds, gapMs, session, isMeasured }): CurveRequest => {
      atMs += gapMs;
      return {
        chain: chains.namesOf([...ids, ...answerIds]),
        promptBlocks: ids.length,
        inputTokens: SIZE * ids.length + rest,
        atMs,
        session,
        isMeasured,
      };
    });
  })
  .filter((list) => list.some(({ isMeasured }) => isMeasured));

function lookedFor({ promptBlocks, inputTokens }: CurveRequest): number {
  return Math.max(0, Math.min(promptBlocks!, Math.floor((inputTokens - 1) / SIZE)));
}

/** Tokens that measured requests find, as somebody would count them who has no idea of stacks. */
function naive(
  list: readonly CurveRequest[],
  { isHeld, touch }: { isHeld: (name: number, atMs: number) => boolean; touch: Touch },
): number {
  let tokens = 0;
  for (const request of list) {
    const chain = request.chain.slice(0, lookedFor(request));
    const missed = chain.findIndex((name) => !isHeld(name, request.atMs!));
    if (request.isMeasured) tokens += SIZE * (missed < 0 ? chain.length : missed);
    touch(request.chain, request.atMs!);
  }
  return tokens;
}

type Touch = (chain: readonly number[], atMs: number) => void;

/** Least recently used first out; a chain is used from its tail to its root. */
class Lru {
  readonly #usedMs = new Map<number, number>();
  readonly #capacity: number;
  readonly evicted: (name: number, usedMs: number) => void;

  constructor(capacity: number, evicted: (name: number, usedMs: number) => void = () => {}) {
    this.#capacity = capacity;
    this.evicted = evicted;
  }

  has(name: number): boolean {
    return this.#usedMs.has(name);
  }

  usedMs(name: number): number {
    return this.#usedMs.get(name) ?? -Infinity;
  }

  use(name: number, atMs: number): void {
    this.#usedMs.delete(name);
    this.#usedMs.set(name, atMs);
    if (this.#usedMs.size <= this.#capacity) return;
    const [oldest, oldestMs] = this.#usedMs.entries().next().value!;
    this.#usedMs.delete(oldest);
    this.evicted(oldest, oldestMs);
  }

  take(name: number): void {
    this.#usedMs.delete(name);
  }
}

function naiveLru(list: readonly CurveRequest[], capacity: number, ttlMs = Infinity): number {
  const cache = new Lru(capacity);
  return naive(list, {
    isHeld: (name, atMs) => cache.has(name) && atMs - cache.usedMs(name) < ttlMs,
    touch: (chain, atMs) => {
      for (const name of chain.toReversed()) cache.use(name, atMs);
    },
  });
}

test('any size together with any time to live finds what a naive cache of both finds', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      const capacities = [1, 2, 3, 5, 8, 13, 100];
      const ttlsSec = [0.001, 0.5, 2, 6, 20, 1000];
      for (const three of [capacities.slice(0, 3), capacities.slice(3, 6), capacities.slice(6)]) {
        const options = { ...OPTIONS, capacities: three, ttlsSec };
        const { joint, reuse } = await cacheCurve(sourceOf(list), options);
        if (!joint) continue;
        expect(joint.capacitiesBlocks).toEqual(three);
        for (const { ttlSec, shares, unlimited } of joint.rows) {
          const found = [...shares, unlimited].map((share) =>
            Math.round(share * reuse.inputTokens),
          );
          expect(found).toEqual(
            [...three, Infinity].map((capacity) => naiveLru(list, capacity, 1000 * ttlSec)),
          );
        }
      }
    }),
    { seed: 1, numRuns: tries(60) },
  );
});

test('LRU by all definitions, turns, sessions and the bound agree with each other and a naive cache', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      const capacities = [1, 3, 7];
      const result = await cacheCurve(sourceOf(list), { ...OPTIONS, capacities });
      const { reuse, definitions, turns, workingSet } = result;
      const { inputTokens, unlimited } = reuse;
      for (const [index, capacity] of capacities.entries()) {
        const found = naiveLru(list, capacity);
        const { foundTokens, boundTokens } = reuse.lru.points[index]!;
        expect(foundTokens).toBe(found);
        expect(definitions[index]!.token * inputTokens).toBeCloseTo(found, 6);
        const byTurn = turns.map((turn) => turn.atMarks[index]! * turn.inputTokens);
        expect(byTurn.reduce((sum, one) => sum + one, 0)).toBeCloseTo(found, 6);
        expect(boundTokens!).toBeGreaterThanOrEqual(found);
        expect(boundTokens!).toBeLessThanOrEqual(unlimited.foundTokens);
      }
      const distinct = new Set(list.flatMap(({ chain }) => chain)).size;
      expect(result.distinctBlocks).toBe(distinct);
      if (!workingSet) return;
      const first = workingSet.windows.reduce((sum, { newBlocks }) => sum + newBlocks, 0);
      expect(first).toBe(distinct);
    }),
    { seed: 2, numRuns: tries(150) },
  );
});

test('windows have the different blocks that their requests hold', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      const { workingSet } = await cacheCurve(sourceOf(list), { ...OPTIONS, window: 5 });
      const held = list.filter(({ chain }) => chain.length);
      expect(workingSet === undefined).toBe(held.length === 0);
      if (!workingSet) return;
      const firstMs = held[0]!.atMs!;
      for (const { from, requests: count, blocks } of workingSet.windows) {
        const inside = held.filter(({ atMs }, index) => {
          const at = workingSet.unit === 's' ? (atMs! - firstMs) / 1000 : index;
          return at >= from && at < from + 5;
        });
        expect(count).toBe(inside.length);
        expect(blocks).toBe(new Set(inside.flatMap(({ chain }) => chain)).size);
      }
    }),
    { seed: 3, numRuns: tries(60) },
  );
});

/**
 * Of sglang's PR#29049 (its trace is not at hand): a second level that has copies of the first finds what the larger
 * one does, and one that gets what was evicted from the first what both sizes together do.
 */
test('inclusive tiers find what the largest does, exclusive ones what their sum does', async () => {
  const sizes = fc.record({
    gpu: fc.integer({ min: 1, max: 8 }),
    dram: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(requests, sizes, async (list, { gpu, dram }) => {
      for (const isInclusive of [true, false]) {
        const tiers = {
          tiers: [
            { name: 'gpu', blocks: gpu },
            { name: 'dram', blocks: dram },
          ],
          ...{ isInclusive, chunkBlocks: 1, isPromptOnly: false },
        };
        const result = await cacheCurve(sourceOf(list), { ...OPTIONS, tiers });
        const found = isInclusive ? copies(list, gpu, dram) : victims(list, gpu, dram);
        expect(result.tiers!.foundTokens).toBe(found);
        expect(result.tiers!.effectiveBlocks).toBe(isInclusive ? Math.max(gpu, dram) : gpu + dram);
        expect(result.tiers!.tiers[0]!.foundTokens).toBe(naiveLru(list, gpu));
      }
    }),
    { seed: 4, numRuns: tries(150) },
  );
});

function copies(list: readonly CurveRequest[], gpu: number, dram: number): number {
  const [above, below] = [new Lru(gpu), new Lru(dram)];
  return naive(list, {
    isHeld: (name) => above.has(name) || below.has(name),
    touch: (chain, atMs) => {
      for (const name of chain.toReversed()) {
        above.use(name, atMs);
        below.use(name, atMs);
      }
    },
  });
}

function victims(list: readonly CurveRequest[], gpu: number, dram: number): number {
  const below = new Lru(dram);
  const above = new Lru(gpu, (name, usedMs) => below.use(name, usedMs));
  return naive(list, {
    isHeld: (name) => above.has(name) || below.has(name),
    touch: (chain, atMs) => {
      for (const name of chain.toReversed()) {
        below.take(name);
        above.use(name, atMs);
      }
    },
  });
}

test('a tier of chunks finds whole ones, behind what the GPU has, and of prompts alone if it has no more', async () => {
  // Two requests of the same 7 blocks and one more each: 28 tokens in common, and a prompt of 33.
  const of = (last: number): CurveRequest => {
    const chain = [0, 1, 2, 3, 4, 5, 6, last];
    return { chain, promptBlocks: 8, inputTokens: 33, atMs: last };
  };
  const others = Array.from({ length: 8 }, (_, i) => 100 + i);
  const between = { chain: others, promptBlocks: 8, inputTokens: 33, atMs: 10 };
  const tiersFound = async (gpu: number, dram: number, chunkBlocks: number) => {
    const tiers = {
      tiers: [
        { name: 'gpu', blocks: gpu },
        { name: 'dram', blocks: dram },
      ],
      ...{ isInclusive: true, chunkBlocks, isPromptOnly: true },
    };
    const list = [of(7), between, { ...of(8), atMs: 20 }];
    const result = await cacheCurve(sourceOf(list), { ...OPTIONS, tiers });
    return result.tiers!.tiers.map(({ foundTokens }) => foundTokens);
  };
  expect(await tiersFound(8, 16, 1)).toEqual([0, 28]);
  expect(await tiersFound(8, 16, 4)).toEqual([0, 16]);
  expect(await tiersFound(8, 16, 3)).toEqual([0, 24]);
  expect(await tiersFound(13, 16, 4)).toEqual([20, 0]);
  // Of four blocks a chunk 15 are three chunks: the first of them is the last to go.
  expect(await tiersFound(8, 15, 4)).toEqual([0, 16]);
  expect(await tiersFound(8, 11, 4)).toEqual([0, 0]);
});

test('exclusive tiers of chunks are refused', async () => {
  const tiers = {
    tiers: [{ name: 'gpu', blocks: 8 }],
    ...{ isInclusive: false, chunkBlocks: 4, isPromptOnly: false },
  };
  const one = { chain: [0], inputTokens: 5, promptBlocks: 1 };
  await expect(cacheCurve(sourceOf([one]), { ...OPTIONS, tiers })).rejects.toThrow(/exclusive/);
});

test('what another GB finds is exact, and nothing where all is found', async () => {
  // Two users in turn, 5 blocks each: nothing below 10 blocks, then all of it.
  const list = Array.from({ length: 6 }, (_, i): CurveRequest => {
    const base = (i % 2) * 5;
    return { chain: [0, 1, 2, 3, 4].map((name) => base + name), promptBlocks: 5, inputTokens: 21 };
  });
  const options = { ...OPTIONS, bytesPerToken: 25e6, capacities: [1, 5, 6, 10] };
  const { marginal } = await cacheCurve(sourceOf(list), options);
  // One GB is ten blocks of 0.1 GB.
  expect(marginal!.map(({ nextGBTokens }) => nextGBTokens)).toEqual([80, 80, 64, 0]);
});

/** N users of F blocks each behind S that all share; found shares of blocks at S + `share` N F (design note D.4). */
function foundShares(userAt: (visit: number) => number, shares: readonly number[]): number[] {
  const [users, own, shared] = [100, 40, 20];
  const reuse = new PrefixReuse({ blockTokens: 1, engineBlockTokens: 1, referencesMax: 0 });
  for (let visit = 0; visit < 12_000; visit++) {
    const user = userAt(visit);
    const chain = Array.from({ length: shared + own }, (_, block) =>
      block < shared ? block : shared + user * own + block - shared,
    );
    reuse.add({ chain, inputTokens: chain.length, isMeasured: visit >= 2000 });
  }
  const { lru, totals } = reuse.close();
  return shares.map((share) => lru.at(shared + share * users * own).blocks / totals.blocks);
}

test('even gaps make a cliff, exponential ones the straight line of Che', () => {
  const shares = [0.5, 0.75, 0.9, 0.99, 1];
  const even = foundShares((visit) => visit % 100, shares);
  expect(even.map((share) => share.toFixed(3))).toEqual([
    '0.333',
    '0.333',
    '0.333',
    '0.333',
    '1.000',
  ]);
  const random = stream(1, 'visits');
  const exponential = foundShares(() => Math.floor(100 * random()), shares);
  for (const [index, share] of shares.entries()) {
    const che = (20 + 40 * share) / 60;
    expect(Math.abs(exponential[index]! - che)).toBeLessThan(0.01);
  }
});

/** Blocks that each request finds, in a naive LRU cache. */
function foundByRequest(list: readonly CurveRequest[], capacity: number): number[] {
  const cache = new Lru(capacity);
  return list.map((request) => {
    const chain = request.chain.slice(0, lookedFor(request));
    const missed = chain.findIndex((name) => !cache.has(name));
    for (const name of request.chain.toReversed()) cache.use(name, 0);
    return missed < 0 ? chain.length : missed;
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

test('every definition is what its words say, and sessions have their own shares', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (list) => {
      const result = await cacheCurve(sourceOf(list), { ...OPTIONS, capacities: [4] });
      const { definitions, sessions } = result;
      const measured = foundByRequest(list, 4)
        .map((blocks, index) => ({ ...list[index]!, blocks }))
        .filter(({ isMeasured }) => isMeasured);
      const shareOf = (of: typeof measured) => {
        const inputTokens = sum(of.map((one) => one.inputTokens));
        return inputTokens ? (SIZE * sum(of.map(({ blocks }) => blocks))) / inputTokens : 0;
      };
      const all = sum(measured.map(({ promptBlocks }) => promptBlocks!));
      const partOf = (isOne: (one: (typeof measured)[number]) => boolean) =>
        measured.filter(isOne).length / measured.length;
      const { block, token, requestMean, any, full } = definitions[0]!;
      expect(token).toBeCloseTo(shareOf(measured), 9);
      expect(block).toBeCloseTo(all ? sum(measured.map(({ blocks }) => blocks)) / all : 0, 9);
      const mean = sum(measured.map((one) => shareOf([one]))) / measured.length;
      expect(requestMean).toBeCloseTo(mean, 9);
      expect(any).toBeCloseTo(
        partOf(({ blocks }) => blocks > 0),
        9,
      );
      expect(full).toBeCloseTo(
        partOf((one) => one.blocks > 0 && one.blocks === lookedFor(one)),
        9,
      );
      const shares = ['a', 'b'].flatMap((name) => {
        const own = measured.filter(({ session }) => session === name);
        return sum(own.map(({ inputTokens }) => inputTokens)) ? [shareOf(own)] : [];
      });
      expect(sessions?.sessions ?? 0).toBe(shares.length);
      if (!sessions) return;
      expect(sessions.atMarks[0]!.min).toBeCloseTo(Math.min(...shares), 9);
      expect(sessions.atMarks[0]!.max).toBeCloseTo(Math.max(...shares), 9);
      for (const one of sessions.worst) expect(one.unlimited).toBeGreaterThan(0);
    }),
    { seed: 5, numRuns: tries(150) },
  );
});

test('live are the blocks that were used and will be found, at most so many at a time in a window', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (given) => {
      const list = given.map((one) => ({ ...one, isMeasured: true, atMs: undefined }));
      const options = { ...OPTIONS, window: 3 };
      const { workingSet, reuse } = await cacheCurve(sourceOf(list), options);
      const held = list.filter(({ chain }) => chain.length);
      const live = held.map((_, now) => {
        const used = new Set(held.slice(0, now + 1).flatMap(({ chain }) => chain));
        return [...used].filter((name) => {
          const next = held.slice(now + 1).find(({ chain }) => chain.includes(name));
          return next && next.chain.indexOf(name) < lookedFor(next);
        }).length;
      });
      if (!workingSet) return;
      expect(workingSet.unit).toBe('requests');
      expect(workingSet.windows).toHaveLength(Math.ceil(held.length / 3));
      expect(workingSet.liveBlocksPeak).toBe(Math.max(...live));
      for (const { from, liveBlocks } of workingSet.windows) {
        expect(liveBlocks).toBe(Math.max(...live.slice(from, from + 3)));
      }
      if (workingSet.liveBlocksPeak === 0) return;
      const capacities = [workingSet.liveBlocksPeak];
      const enough = await cacheCurve(sourceOf(list), { ...OPTIONS, capacities });
      expect(enough.reuse.lru.points[0]!.boundTokens).toBe(reuse.unlimited.foundTokens);
    }),
    { seed: 6, numRuns: tries(100) },
  );
});

test('windows are about a dozen, of a round width', async () => {
  const every = async (gapMs: number | undefined, count: number) => {
    const list = Array.from({ length: count }, (_, index): CurveRequest => {
      const at = gapMs === undefined ? {} : { atMs: 500 + index * gapMs };
      return { chain: [index], promptBlocks: 1, inputTokens: 5, ...at };
    });
    const { workingSet } = await cacheCurve(sourceOf(list), OPTIONS);
    return [workingSet!.width, workingSet!.unit, workingSet!.windows.length];
  };
  expect(await every(1000, 121)).toEqual([10, 's', 13]);
  expect(await every(300, 201)).toEqual([5, 's', 13]);
  expect(await every(undefined, 240)).toEqual([20, 'requests', 12]);
  expect(await every(undefined, 3)).toEqual([1, 'requests', 3]);
  const list = [0, 3_600_000].map((atMs) => ({
    chain: [0],
    promptBlocks: 1,
    inputTokens: 5,
    atMs,
  }));
  await expect(cacheCurve(sourceOf(list), { ...OPTIONS, window: 0.01 })).rejects.toThrow(
    /--window: found 0.01; of 360001 windows/,
  );
});
