import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FirstSenders } from '../../src/cache/first-senders.ts';
import { IdealCache } from '../../src/cache/ideal.ts';
import { turnRecord } from '../record/sample.ts';

const of = (userId: number, tenant: string, tokens: readonly [all: number, tenant: number]) => ({
  ...{ userId, tenant, sharedTokens: tokens[0], tenantTokens: tokens[1] },
});

test("the first of a tenant finds what all share, and those after it the tenant's", () => {
  const senders = new FirstSenders();
  const records = [of(1, 'a', [32, 96]), of(2, 'b', [32, 64]), of(3, 'a', [32, 96])];
  for (const [index, record] of records.entries()) senders.offer(record, index);
  expect(records.map((record) => senders.foundBy(record)?.tokens)).toEqual([undefined, 32, 96]);
});

test('where tenants share nothing with each other, the first of each finds nothing', () => {
  const senders = new FirstSenders();
  const records = [of(1, 'a', [0, 96]), of(2, 'b', [0, 64]), of(3, 'b', [0, 64])];
  for (const [index, record] of records.entries()) senders.offer(record, index);
  expect(records.map((record) => senders.foundBy(record)?.tokens)).toEqual([
    undefined,
    undefined,
    64,
  ]);
});

test('the ideal of first turns is that of their blocks, whoever they share them with', () => {
  const tenants = { a: [32, 96], b: [32, 64], c: [32, 32] } as const;
  const arbitrary = fc.array(fc.constantFrom<keyof typeof tenants>('a', 'b', 'c'), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(arbitrary, (names) => {
      const cache = new IdealCache({
        ...{ blockTokens: 16, isAnswerResent: true, isReasoningResent: false },
        isSharedByUsers: true,
      });
      const seen = new Set<string>();
      const enumerated = names.map((tenant, userId) => {
        cache.add(
          turnRecord({
            ...of(userId, tenant, tenants[tenant]),
            ...{ turn: 0, turns: 1, sentMs: userId, inputTokens: 200, outputTokens: 1 },
          }),
        );
        const whose = (block: number) => {
          const [all, own] = tenants[tenant];
          if (block * 16 < all) return 'all';
          return block * 16 < own ? tenant : userId;
        };
        const blocks = Array.from({ length: 12 }, (_, block) => `${whose(block)} ${block}`);
        const first = blocks.findIndex((block) => !seen.has(block));
        for (const block of blocks) seen.add(block);
        return 16 * first;
      });
      expect(cache.close().map(({ idealTokens }) => idealTokens)).toEqual(enumerated);
    }),
  );
});
