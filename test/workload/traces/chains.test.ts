import { expect, test } from 'vitest';
import { Chains } from '../../../src/workload/traces/chains.ts';
import type { TraceEntry } from '../../../src/workload/traces/format.ts';
import { inOrder } from '../../../src/workload/traces/order.ts';
import { seenBefore } from '../../../src/workload/traces/said.ts';

test('a block is named by all that is before it', () => {
  const chains = new Chains();
  expect(chains.namesOf([7, 8, 9])).toEqual([0, 1, 2]);
  expect(chains.namesOf([7, 8])).toEqual([0, 1]);
  expect(chains.conflicts).toBe(0);
  // 8 at the beginning, and 9 behind it there, are other beginnings than those that were seen.
  expect(chains.namesOf([8, 9])).toEqual([3, 4]);
  expect(chains.conflicts).toBe(1);
  expect(chains.namesOf([7, '18446744073709551615', 9])).toEqual([0, 5, 6]);
  expect(chains).toMatchObject({ conflicts: 2, names: 7 });
});

test('an id behind another one was not seen there before', () => {
  const entry = (...hashIds: number[]) => ({ inputTokens: hashIds.length * 16, hashIds });
  expect(seenBefore([entry(1, 2, 3), entry(4, 2, 3), entry(1, 2, 9)], 16)).toEqual([
    { tokens: 48 },
    { tokens: 0 },
    { tokens: 32, place: 0 },
  ]);
});

test('an entry without a time is as late as the one before it in its session', () => {
  const turn = (session: string, turn: number, atMs?: number): TraceEntry => ({
    session,
    turn,
    inputTokens: 1,
    ...(atMs !== undefined && { atMs }),
  });
  const [a0, a1, b0, b1] = [
    turn('a', 0, 5000),
    turn('a', 1),
    turn('b', 0, 100),
    turn('b', 1, 6000),
  ];
  expect(inOrder([a0, a1, b0, b1])).toEqual([b0, a0, a1, b1]);
  const whole: TraceEntry = { inputTokens: 1 };
  expect(inOrder([a0, whole])).toEqual([whole, a0]);
});
