import { expect, test } from 'vitest';
import { fullWindow } from '../../../src/stats/time/steady-window.ts';
import type { PlacedPart } from '../../../src/stats/time/timeline.ts';
import { turnRecord } from '../../record/sample.ts';

/** Conversations of one turn each, from when it was due to its end. */
function windowOf(spans: readonly (readonly [startMs: number, endMs: number])[], cap: number) {
  const records = spans.map(([intendedMs, endMs], userId) =>
    turnRecord({ userId, intendedMs, endMs }),
  );
  const placed = [{ part: { records }, offsetMs: 0 }] as unknown as PlacedPart[];
  const offering = { startMs: 0, endMs: 1e6 };
  return fullWindow(placed, { cap, offering, isHandedOver: false });
}

test.each([
  ['the later', [0, 10] as const, [20, 50] as const],
  ['the earlier', [0, 30] as const, [40, 50] as const],
])('of two stretches in which the cap is in use the longer one counts: %s', (_, first, second) => {
  const longer = first[1] - first[0] > second[1] - second[0] ? first : second;
  const window = windowOf([first, first, second, second], 2);
  expect(window).toEqual({
    ...{ startMs: longer[0], endMs: longer[1] },
    rule: { name: 'full', conversations: 2, cap: 2 },
  });
});

test('a slot that changes hands at one instant is never empty; one that waits is', () => {
  const handedOver = [[0, 10] as const, [0, 20] as const, [10, 20] as const];
  expect(windowOf(handedOver, 2)).toMatchObject({ startMs: 0, endMs: 20 });
  const late = [[0, 10] as const, [0, 20] as const, [11, 20] as const];
  expect(windowOf(late, 2)).toMatchObject({ startMs: 0, endMs: 10 });
});

test('a run that never had so many has no steady state, and says how many it lacked', () => {
  expect(
    windowOf(
      [
        [0, 10],
        [20, 30],
      ],
      2,
    ),
  ).toBe('fewer than 2 of 2 conversations were ever under way');
});
