import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Rounds } from '../../src/stats/rounds.ts';
import { turnRecord } from '../record/sample.ts';

test('every round has its own counts, tokens, shares and latencies', () => {
  const rounds = new Rounds();
  rounds.add(turnRecord({ turn: 0, inputTokens: 100, cachedTokens: 0 }));
  rounds.add(turnRecord({ turn: 0, inputTokens: 300, cachedTokens: 160 }));
  rounds.add(turnRecord({ turn: 1, status: 'timeout' }));
  rounds.add(turnRecord({ turn: 1, status: 'unsent' }));
  rounds.add(turnRecord({ turn: 2, phase: 'warmup' }));
  rounds.addIdeal({ turn: 0, inputTokens: 100, idealTokens: 96 });
  rounds.addIdeal({ turn: 0, inputTokens: 300, idealTokens: undefined });
  const [first, second, ...others] = rounds.close().rounds;
  expect(first).toMatchObject({ fromRound: 1, toRound: 1, completed: 2, failed: 0 });
  expect(first).toMatchObject({ cachedShare: 0.4, idealShare: 0.96 });
  expect(first).toMatchObject({ meanInputTokens: 200, meanCachedTokens: 80 });
  expect(first!.ttftMs).toMatchObject({ count: 2, p50: 100 });
  expect(second).toEqual({ fromRound: 2, toRound: 2, completed: 0, failed: 1 });
  expect(others).toEqual([]);
});

test('rounds after the twentieth are grouped, and the groups hold the same requests', () => {
  const rounds = new Rounds();
  for (let turn = 0; turn < 100; turn++) rounds.add(turnRecord({ turn, inputTokens: turn }));
  const { rounds: all, groups } = rounds.close();
  expect(
    groups.slice(19).map(({ fromRound, toRound, completed }) => [fromRound, toRound, completed]),
  ).toEqual([
    [20, 20, 1],
    [21, 40, 20],
    [41, 80, 40],
    [81, 160, 20],
  ]);
  expect(groups[20]).toMatchObject({ meanInputTokens: 29.5, ttftMs: { count: 20 } });
  expect(all).toHaveLength(100);
});

test('any split of the records merges to the same rounds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(9000), fc.boolean())), (dealt) => {
      const [all, a, b] = [new Rounds(), new Rounds(), new Rounds()];
      for (const [turn, inputTokens, isLeft] of dealt) {
        for (const rounds of [all, isLeft ? a : b]) rounds.add(turnRecord({ turn, inputTokens }));
      }
      b.merge(a);
      expect(b.close()).toEqual(all.close());
    }),
  );
});
