import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/sweep/find-max/estimate.ts';
import { type Found, type SearchSettings, searchMax } from '../../../src/sweep/find-max/search.ts';

const SETTINGS: SearchSettings = {
  ...{ start: 1, min: 1, max: 1000, isWhole: true, precision: 0.05 },
  ...{ repeatsMax: 6, runsMax: 60, isRemembering: false },
};

type Says = (x: number, from: 'below' | 'above' | undefined) => Estimate;

function searched(says: Says, more: Partial<SearchSettings> = {}): Found & { asked: number[] } {
  const asked: number[] = [];
  const search = searchMax({ ...SETTINGS, ...more });
  let step = search.next();
  while (!step.done) {
    const visits = step.value.map((x) => {
      const last = asked.at(-1);
      const from = last === undefined || last === x ? undefined : last < x ? 'below' : 'above';
      asked.push(x);
      return { x, estimates: [says(x, from)], ...(from && ({ from } as const)) };
    });
    step = search.next(visits);
  }
  return { ...step.value, asked };
}

/** Without any noise: a wall. */
const wallAt =
  (most: number): Says =>
  (x) => ({ kind: 'fact', isBeyond: x > most });

describe('a search', () => {
  test('doubles, then bisects to the last whole load that is within', () => {
    const { within, beyond, asked, bound } = searched(wallAt(37));
    expect([within, beyond]).toEqual([37, 38]);
    expect(asked.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(bound).toMatchObject({ by: 'bracket', interval95: [37, 38] });
  });

  test('halves where it began too high', () => {
    expect(searched(wallAt(3), { start: 64 })).toMatchObject({ within: 3, beyond: 4 });
  });

  test.each([
    ['min', wallAt(0), { asked: [1] }],
    ['max', wallAt(1e6), { within: 1000 }],
  ])('ends at its %s', (endedBy, says, more) => {
    expect(searched(says)).toMatchObject({ endedBy, ...more });
  });

  test('plays no more runs than it may', () => {
    expect(searched(wallAt(37), { runsMax: 5 })).toMatchObject({
      endedBy: 'runs',
      visits: { length: 5 },
    });
  });

  test.each([true, false])('nor when it repeats loads (remembering: %s)', (isRemembering) => {
    const says: Says = () => ({ kind: 'ratio', y: 0 });
    for (let runsMax = 1; runsMax < 20; runsMax++) {
      const { asked } = searched(says, { runsMax, isRemembering });
      expect(asked).toHaveLength(runsMax);
    }
  });

  test('goes on where small loads have too few requests to be judged', () => {
    const says: Says = (x) => ({
      ...{ kind: 'share', allowed: 0.05, count: 10 * x, effective: 10 * x },
      beyond: x > 40 ? 0.5 : 0,
    });
    const { within, beyond } = searched(says);
    expect([within, beyond]).toEqual([40, 41]);
  });

  test('repeats what is undecided, in three looks', () => {
    const says: Says = (x) => ({ kind: 'ratio', y: Math.log(x / 10), se: 0.2 });
    const { asked, bound } = searched(says, { start: 10, isWhole: false });
    expect(asked.slice(0, 6)).toEqual(Array(6).fill(10));
    expect(bound!.by).toBe('fit');
    expect(bound!.x).toBeCloseTo(10, 1);
    expect(bound!.interval95[0]).toBeLessThan(10);
    expect(bound!.interval95[1]).toBeGreaterThan(10);
  });

  test('finds one bound from below and one from above where the cache remembers', () => {
    // What was lost under too much load is missed until it has been computed again.
    const says: Says = (x, from) => ({
      ...{ kind: 'ratio', se: 0.1 },
      y: Math.log(x / (from === 'above' ? 8 : 14)),
    });
    const options = { isWhole: false, isRemembering: true, runsMax: 200 };
    const { bound, fromAbove } = searched(says, options);
    expect(bound!.x).toBeCloseTo(14, 0);
    expect(fromAbove!.bound!.x).toBeCloseTo(8, 0);
    expect(fromAbove!.within).toBeLessThan(8);
    expect(fromAbove!.beyond).toBeGreaterThan(8);
  });

  test('comes to it from both sides where that does not matter, and finds the same', () => {
    const says: Says = (x) => ({ kind: 'ratio', se: 0.02, y: Math.log(x / 14) });
    const { bound, fromAbove } = searched(says, { isWhole: false, isRemembering: true });
    expect(fromAbove!.bound!.interval95[0]).toBeLessThan(bound!.interval95[1]);
    expect(fromAbove!.bound!.interval95[1]).toBeGreaterThan(bound!.interval95[0]);
  });

  test('does not take a load for beyond that was cold at the first look, where the cache remembers', () => {
    let runs = 0;
    const says: Says = (x) => ({
      ...{ kind: 'ratio', se: 0.1 },
      y: runs++ === 0 ? 1 : Math.log(x / 10),
    });
    const { within, bound } = searched(says, { start: 4, isWhole: false, isRemembering: true });
    expect(within).toBeGreaterThan(4);
    expect(bound!.interval95[1]).toBeGreaterThan(10);
  });
});
