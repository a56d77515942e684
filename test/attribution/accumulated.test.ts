import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Accumulated } from '../../src/attribution/accumulated.ts';

const piece = fc
  .record({
    fromMs: fc.integer({ max: 100, min: 0 }),
    lengthMs: fc.integer({ max: 50, min: 0 }),
    amount: fc.integer({ max: 9, min: 0 }),
  })
  .map(({ fromMs, lengthMs, amount }) => ({ fromMs, toMs: fromMs + lengthMs, amount }));

test('what there is by a time is the sum of what each piece has grown to', () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: -10, max: 170 }),
      (pieces, atMs) => {
        const naive = pieces.reduce((sum, { fromMs, toMs, amount }) => {
          if (atMs >= toMs) return sum + amount;
          return atMs <= fromMs ? sum : sum + (amount * (atMs - fromMs)) / (toMs - fromMs);
        }, 0);
        expect(new Accumulated(pieces).by(atMs)).toBeCloseTo(naive, 9);
      },
    ),
  );
});

test('between two times there is their difference, and nothing backwards', () => {
  const accumulated = new Accumulated([{ fromMs: 10, toMs: 20, amount: 100 }]);
  expect(accumulated.between(15, 30)).toBe(50);
  expect(accumulated.between(30, 15)).toBe(0);
});
