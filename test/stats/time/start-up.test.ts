import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startUpOf } from '../../../src/stats/time/start-up.ts';
import { placeParts } from '../../../src/stats/time/timeline.ts';
import { footer, header, turnRecord } from '../../record/sample.ts';

interface Times {
  readonly userId: number;
  readonly intendedMs: number;
  readonly sentMs: number;
  readonly endMs: number;
}

const has = (turns: readonly Times[], slots: number) => {
  const records = turns.map((turn) => turnRecord(turn)).sort((a, b) => a.endMs! - b.endMs!);
  const [placed] = placeParts([{ header: header({}), records, footer: footer({}) }]);
  const startUp = startUpOf(placed!, slots);
  return startUp && records.filter(startUp.has).map(({ userId }) => userId);
};

const turn = (userId: number, dueMs: number, endMs: number): Times => ({
  userId,
  intendedMs: dueMs,
  sentMs: dueMs,
  endMs,
});

test('turns that were due before as many had ended as conversations began at once', () => {
  const first = [turn(1, 0, 100), turn(2, 0, 250)];
  // The slot of user 1 has the next turn due at 100, when one of two had ended.
  expect(has([...first, turn(3, 100, 200), turn(4, 200, 300)], 2)).toEqual([1, 3, 2]);
});

test('nothing of the kind where few conversations follow, or where one comes after the other', () => {
  const turns = [turn(1, 0, 100), turn(2, 0, 110), turn(3, 100, 200)];
  expect(has(turns, 2)).toBeUndefined();
  expect(has([...turns, turn(4, 110, 220)], 2)).toEqual([1, 2, 3]);
  expect(has(turns, 1)).toBeUndefined();
});

test('what was never sent has neither begun a conversation nor ended', () => {
  const unsent = { userId: 9, intendedMs: 0, sentMs: undefined, endMs: 50 } as unknown as Times;
  const turns = [turn(1, 0, 100), turn(2, 0, 110), turn(3, 100, 200)];
  expect(has([unsent, ...turns], 2)).toBeUndefined();
});

test('no first turn of the slots is measured, and what fell due later always is', () => {
  const answers = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 12, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), answers, (slots, lengths) => {
      const freeMs = Array.from({ length: slots }, () => 0);
      const turns = lengths.map((ms, userId) => {
        const slot = userId < slots ? userId : freeMs.indexOf(Math.min(...freeMs));
        const dueMs = freeMs[slot]!;
        freeMs[slot] = dueMs + ms;
        return turn(userId, dueMs, dueMs + ms);
      });
      const ends = turns.map(({ endMs }) => endMs).sort((a, b) => a - b);
      const burst = has(turns, slots)!;
      for (const { userId, intendedMs } of turns) {
        expect(burst.includes(userId)).toBe(intendedMs < ends[slots - 1]!);
      }
      expect(turns.slice(0, slots).every(({ userId }) => burst.includes(userId))).toBe(true);
    }),
  );
});
