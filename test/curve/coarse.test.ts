import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrefixReuse } from '../../src/cache/prefix-reuse.ts';
import { coarse } from '../../src/curve/coarse.ts';
import type { CurveRequest, CurveSource, RequestFold } from '../../src/curve/request.ts';

const BLOCK = 16;

function sourceOf(requests: readonly CurveRequest[]): CurveSource {
  return {
    kind: 'run',
    name: 'sample',
    how: [],
    blockTokens: BLOCK,
    play: async <F extends RequestFold>(begin: () => F) => {
      const fold = begin();
      for (const request of requests) fold.add(request);
      return { fold, warnings: [] };
    },
  };
}

async function hits(source: CurveSource) {
  const { blockTokens } = source;
  const asked = { blockTokens, engineBlockTokens: blockTokens, referencesMax: 0 };
  const { fold } = await source.play(() => new PrefixReuse(asked));
  const { lru, totals } = fold.close();
  return { totals, at: (tokens: number) => lru.at(Math.round(tokens / blockTokens)).tokens };
}

/** Conversations that come back, each with a chain of its own behind what all share. */
const asked = fc
  .array(fc.tuple(fc.nat(12), fc.integer({ min: 40, max: 120 })), { minLength: 30, maxLength: 60 })
  .map((of) =>
    of.map(([session, blocks]): CurveRequest => {
      const chain = Array.from({ length: blocks }, (_, at) =>
        at < 30 ? at : 1000 * (session + 1) + at,
      );
      return {
        chain,
        inputTokens: blocks * BLOCK + 1,
        promptBlocks: blocks,
        session: `${session}`,
      };
    }),
  );

test('of a sample of the blocks, what caches of every size find is off by no more than its rounding', async () => {
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 2, max: 8 }), async (requests, every) => {
      const exact = await hits(sourceOf(requests));
      const sampled = await hits(coarse(sourceOf(requests), every));
      expect(sampled.totals.inputTokens).toBe(exact.totals.inputTokens);
      // Each request finds one run of blocks, which is off by half of what one block stands for.
      const off = (requests.length * every * BLOCK) / 2;
      expect(Math.abs(sampled.at(1e9) - exact.at(1e9))).toBeLessThanOrEqual(off);
      for (const tokens of [1, 2, 3, 4].map((part) => (part * 13 * 120 * BLOCK) / 5)) {
        const around = [-1, 1].map((side) =>
          exact.at(Math.max(0, tokens + side * 13 * every * BLOCK)),
        );
        expect(sampled.at(tokens)).toBeGreaterThanOrEqual(around[0]! - off);
        expect(sampled.at(tokens)).toBeLessThanOrEqual(around[1]! + off);
      }
    }),
    { numRuns: 30 },
  );
});

test('one block in one is the source itself', () => {
  const source = sourceOf([]);
  expect(coarse(source, 1)).toBe(source);
});

test('what it says of itself has the tokens that hits are rounded to', () => {
  const { how, blockTokens } = coarse(sourceOf([]), 4);
  expect(blockTokens).toBe(64);
  expect(how.join(' ')).toContain('one block in 4');
  expect(how.join(' ')).toContain('rounded to 64 tokens');
});
