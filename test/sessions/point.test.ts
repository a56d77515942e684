import { describe, expect, test } from 'vitest';
import { isWithinBound, sessionPoint } from '../../src/sessions/point.ts';
import { turnRecord } from '../record/sample.ts';

const answered = (turn: number, ttftMs: number) =>
  turnRecord({ turn, sentMs: 1000, firstTokenMs: 1000 + ttftMs });

test('the p95 is of the turns after the first, without the warm-up', () => {
  const followUps = Array.from({ length: 21 }, (_, index) => answered(1 + (index % 3), index * 10));
  const records = [
    answered(0, 9000),
    ...followUps,
    turnRecord({ turn: 1, phase: 'warmup', sentMs: 0, firstTokenMs: 9000 }),
  ];
  // Of 0, 10, ..., 200: the 20th of 21 values.
  expect(sessionPoint(records)).toEqual({ completed: 22, failed: 0, followUpTtftP95Ms: 190 });
});

test('what had no answer is counted, and what was never sent is not', () => {
  const records = (['timeout', 'http', 'cancelled', 'unsent'] as const).map((status) =>
    turnRecord({ turn: 1, status }),
  );
  expect(sessionPoint(records)).toEqual({ completed: 0, failed: 3 });
});

describe('within the bound', () => {
  test.each([
    ['at the bound', { completed: 9, failed: 0, followUpTtftP95Ms: 200 }, true],
    ['above it', { completed: 9, failed: 0, followUpTtftP95Ms: 200.1 }, false],
    ['fast, but for one that failed', { completed: 9, failed: 1, followUpTtftP95Ms: 1 }, false],
    ['nothing was measured', { completed: 9, failed: 0 }, false],
  ])('%s', (_, point, expected) => expect(isWithinBound(point, 200)).toBe(expected));
});
