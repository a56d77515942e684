import { expect, test } from 'vitest';
import type { Answered } from '../../../src/calibrate/probe/request.ts';
import { ProbesBefore } from '../../../src/calibrate/probe/shared.ts';

test('a probe says which one it repeats, and how much of it', () => {
  const before = new ProbesBefore();
  const probe = (id: number, text: string, inputTokens: number) =>
    before.sharedBy({ id, asked: { text, maxTokens: 1 }, usage: { inputTokens } } as Answered);
  expect(probe(7, 'one two three four', 40)).toEqual({ sharedTokens: 0 });
  expect(probe(8, 'five six seven eight', 40)).toEqual({ sharedTokens: 0 });
  expect(probe(9, 'one two three four', 40)).toEqual({ sharedTokens: 40, sharedWith: 7 });
  expect(probe(10, 'five six other words', 40)).toEqual({ sharedTokens: 20, sharedWith: 8 });
});
