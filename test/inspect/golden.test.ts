import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectTrace } from '../../src/inspect/inspect.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';

const CONVERSATION = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const NO_CONVERSATION = absent(CONVERSATION);
const SESSIONS = sharedFile('data/traces/kv_cache_tester');
const NO_SESSIONS = absent(SESSIONS);
const OPTIONS = { format: 'auto', engineBlockTokens: 16, warmupShare: 0 };

/**
 * Found here and by a computation of its own in Python: a public trace, and none of these numbers is of our making.
 * More of them: test/curve/golden.test.ts.
 */
describe.skipIf(NO_CONVERSATION)(
  titled("Mooncake's conversation trace, FAST '25", NO_CONVERSATION),
  () => {
    test('what a cache that never forgets finds, by each definition; chained ids, partial last blocks', async () => {
      const { requests, blocks, reuse, arrivals, isInOrder } = await inspectTrace(CONVERSATION, {
        ...OPTIONS,
        capacities: [1000, 5859, 10_000, 30_000, 50_000, 100_000],
        ttlsSec: [10, 60, 300, 600, 1800, 3600],
      });
      expect([requests, isInOrder, arrivals!.spanMs]).toEqual([12_031, true, 3_536_999]);
      expect(blocks).toEqual({
        blockTokens: 512,
        rounding: 'ceil',
        references: 288_500,
        distinct: 182_790,
        parentConflicts: 0,
        beyondDouble: 0,
        beyondDoubleRound: 0,
      });
      const { unlimited, lru, ttl, inputTokens } = reuse!;
      expect([inputTokens, unlimited.foundTokens, unlimited.foundBlocks]).toEqual([
        144_793_823, 54_098_411, 105_710,
      ]);
      const shares = [unlimited.block, unlimited.token, unlimited.requestMean];
      expect(shares.map((share) => share.toFixed(4))).toEqual(['0.3664', '0.3736', '0.4094']);
      expect(unlimited.any.toFixed(4)).toBe('0.9999');
      expect(unlimited.full.toFixed(4)).toBe('0.0098');
      expect(lru.points.map(({ foundTokens }) => foundTokens)).toEqual([
        6_575_459, 20_087_299, 31_238_981, 48_093_740, 52_347_371, 53_695_979,
      ]);
      expect(ttl!.points.map(({ share }) => share.toFixed(6))).toEqual([
        '0.043684',
        '0.101936',
        '0.293143',
        '0.349811',
        '0.370646',
        '0.373624',
      ]);
    });
  },
);

interface Session {
  readonly id: string;
  readonly requests: readonly Request[];
}

interface Request {
  readonly type: string;
  readonly in: number;
  readonly hash_ids: readonly number[];
  readonly requests?: readonly Request[];
}

/** As the tool's own statistics have it: blocks that were there, of the session alone. */
function shareOf({ requests }: Session): number {
  const seen = new Set<number>();
  let found = 0;
  let input = 0;
  for (const { hash_ids: ids, in: tokens } of requests.filter(({ type }) => type !== 'subagent')) {
    const missed = ids.findIndex((id) => !seen.has(id));
    found += 64 * (missed < 0 ? ids.length : missed);
    input += tokens;
    for (const id of ids) seen.add(id);
  }
  return found / input;
}

describe.skipIf(NO_SESSIONS)(titled('ten sessions of kv-cache-tester', NO_SESSIONS), () => {
  test('the hit share of each, in a file of its own and in the folder of all', async () => {
    const files = readdirSync(SESSIONS).map((name) => join(SESSIONS, name));
    const shares: number[] = [];
    for (const file of files) {
      const { reuse, blocks, context } = await inspectTrace(file, OPTIONS);
      const share = shareOf(JSON.parse(readFileSync(file, 'utf8')));
      expect(reuse!.unlimited.token).toBeCloseTo(share, 12);
      expect(blocks).toMatchObject({ blockTokens: 64, rounding: 'floor', parentConflicts: 0 });
      expect(context).toBe('cumulative');
      shares.push(share);
    }
    const { reuse, timeUnit, timeOrigin } = await inspectTrace(SESSIONS, OPTIONS);
    expect([timeUnit, timeOrigin]).toEqual(['s', 'session']);
    const { count, mean, min, max } = reuse!.sessionShares!;
    expect(count).toBe(10);
    expect(min).toBeCloseTo(Math.min(...shares), 12);
    expect(max).toBeCloseTo(Math.max(...shares), 12);
    expect(mean).toBeCloseTo(shares.reduce((sum, share) => sum + share, 0) / 10, 12);
    // Of all 739 files its README has 61 to 100 %, 93 % in the mean.
    expect([min, mean, max].map((share) => share.toFixed(3))).toEqual(['0.660', '0.891', '0.967']);
  });
});
