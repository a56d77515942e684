import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestOf, GOALS, largestPoint, type Point } from '../../src/sessions/largest-point.ts';
import { tries } from '../support/tries.ts';

interface Asked extends Point {
  readonly isWithin: boolean;
}

type IsWithin = (point: Point) => boolean;

function search(goal: keyof typeof GOALS, groupsMax: number, sessionsMax: number, fits: IsWithin) {
  const asked: Asked[] = [];
  const points = largestPoint({ groupsMax, sessionsMax, goal: GOALS[goal] });
  for (let step = points.next(); !step.done; ) {
    const isWithin = fits(step.value);
    asked.push({ ...step.value, isWithin });
    step = points.next(isWithin);
  }
  return { asked, best: bestOf(asked, GOALS[goal]) };
}

function bruteForce(goal: keyof typeof GOALS, groupsMax: number, sessionsMax: number, f: IsWithin) {
  let best = 0;
  for (let groups = 1; groups <= groupsMax; groups++) {
    for (let sessions = 1; sessions <= sessionsMax; sessions++) {
      if (f({ groups, sessions })) best = Math.max(best, GOALS[goal]({ groups, sessions }));
    }
  }
  return best;
}

/** The most sessions for each number of groups, never growing: any monotone bound is such a staircase. */
const staircases = fc
  .tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 40 }),
  )
  .map(([sessionsMax, steps]) => ({
    sessionsMax,
    steps: steps.toSorted((a, b) => b - a),
  }));

describe.each(['sessions', 'balanced'] as const)('the best by %s', (goal) => {
  test('is that of brute force, for any monotone bound, and no question follows from earlier answers', () => {
    fc.assert(
      fc.property(staircases, ({ steps, sessionsMax }) => {
        const fits: IsWithin = ({ groups, sessions }) => sessions <= steps[groups - 1]!;
        const { asked, best } = search(goal, steps.length, sessionsMax, fits);
        const expected = bruteForce(goal, steps.length, sessionsMax, fits);
        expect(best ? GOALS[goal](best) : 0).toBe(expected);
        for (const [index, { groups, sessions }] of asked.entries()) {
          const isKnown = asked
            .slice(0, index)
            .some((earlier) =>
              earlier.isWithin
                ? earlier.groups >= groups && earlier.sessions >= sessions
                : earlier.groups <= groups && earlier.sessions <= sessions,
            );
          expect(isKnown).toBe(false);
          expect(groups).toBeLessThanOrEqual(steps.length);
          expect(sessions).toBeLessThanOrEqual(sessionsMax);
        }
        const columnMax = 1 + 2 * Math.ceil(Math.log2(sessionsMax));
        for (const count of counts(asked)) expect(count).toBeLessThanOrEqual(columnMax);
      }),
      { numRuns: tries(500) },
    );
  });

  test('of 64 x 64 is found in 80 points where p95 is a power law, of 4,096', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 4000, noNaN: true }),
        (a, b, bound) => {
          const fits: IsWithin = ({ groups, sessions }) => groups ** a * sessions ** b <= bound;
          const { asked, best } = search(goal, 64, 64, fits);
          expect(best ? GOALS[goal](best) : 0).toBe(bruteForce(goal, 64, 64, fits));
          expect(asked.length).toBeLessThanOrEqual(80);
        },
      ),
      // Nearly all of the staircase lies along one hyperbola of equal worth: the most points, of a million.
      {
        examples: [
          [1.318250139904992, 1.0937878202014946, 3530.4294285957208],
          [0.953, 0.994, 875.64],
        ],
      },
    );
  });
});

test('nothing within the bound takes one point to find out', () => {
  expect(search('sessions', 64, 64, () => false)).toEqual({
    asked: [{ groups: 1, sessions: 1, isWithin: false }],
    best: undefined,
  });
});

test('everything within the bound takes two doublings', () => {
  const { asked, best } = search('sessions', 16, 8, () => true);
  expect(best).toMatchObject({ groups: 16, sessions: 8 });
  expect(asked.map(({ groups, sessions }) => `${groups}x${sessions}`)).toEqual([
    ...['1x1', '1x2', '1x4', '1x8', '2x5', '2x8', '4x5', '4x8', '8x5', '8x8', '16x5', '16x8'],
  ]);
});

function counts(asked: readonly Point[]): number[] {
  const byGroups = new Map<number, number>();
  for (const { groups } of asked) byGroups.set(groups, (byGroups.get(groups) ?? 0) + 1);
  return [...byGroups.values()];
}
