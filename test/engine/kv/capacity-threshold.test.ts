import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';

// Design note D.4: users with a private context each, who come back after a gap. N users, F blocks of each
// one's own, S blocks that all share; the cache holds C blocks. LRU's hit share follows from the gaps alone.
const USERS = 100;
const SHARED = 20;
const OWN = 40;
const GAP_MS = 100_000;
const BLOCK = 16;

type Gap = (rng: () => number) => number;
const even: Gap = () => GAP_MS;
const exponential: Gap = (rng) => -GAP_MS * Math.log(1 - rng());

/** Share of the cacheable tokens that hit, with room for all shared blocks and this share of the others. */
function hitShare(share: number, gap: Gap): number {
  // One block more for what is not full, and the null block.
  const blocks = SHARED + share * USERS * OWN + 2;
  const bench = new Bench({ blocks, apiMs: 0, hostMs: 0, gpu: 'h100' });
  const { clock, engine } = bench;
  // Drawn gaps need many visits for their mean; even ones repeat the same round.
  const runMs = (gap === even ? 12 : 60) * GAP_MS;
  const shared = privateTokens(9999, SHARED * BLOCK);
  let [hits, asked] = [0, 0];
  for (let user = 0; user < USERS; user++) {
    const rng = stream('visits', user);
    const promptTokens = Int32Array.from([...shared, ...privateTokens(user, OWN * BLOCK + 1)]);
    const visit = (): void => {
      const startMs = clock.now();
      engine.submit(
        { promptTokens, maxTokens: 1, ignoreEos: true },
        {
          onToken() {},
          onEnd({ cachedTokens }) {
            // The first visits fill the cache.
            if (startMs < runMs / 4) return;
            hits += cachedTokens;
            asked += (SHARED + OWN) * BLOCK;
          },
          onError: (error) => expect.unreachable(error.message),
        },
      );
      const gapMs = gap(rng);
      if (startMs + gapMs < runMs) clock.setTimeout(visit, gapMs);
    };
    clock.setTimeout(visit, (user * GAP_MS) / USERS);
  }
  clock.run();
  return hits / asked;
}

describe('even gaps: a step at C = S + N F', () => {
  test.each([
    // share of N F, hit share
    [0.5, SHARED / (SHARED + OWN)],
    [0.75, SHARED / (SHARED + OWN)],
    [0.9, SHARED / (SHARED + OWN)],
    [0.99, SHARED / (SHARED + OWN)],
    [1, 1],
  ])('%d of it: %d', (share, expected) => {
    expect(hitShare(share, even)).toBeCloseTo(expected, 3);
  });
});

describe('exponential gaps: a line, (C - S) / (N F) of what is private', () => {
  // Shares between them: test/engine/kv/block-pool.test.ts, of the pool alone.
  test.each([0.25, 0.9])('%d of it', (share) => {
    const expected = (SHARED + share * OWN) / (SHARED + OWN);
    expect(Math.abs(hitShare(share, exponential) - expected)).toBeLessThan(0.01);
  });
});
