import { describe, expect, test } from 'vitest';
import { SEARCH, searched } from './coverage.ts';
import { byRecursion, byUsers, exactBound, type PlayAt } from './mm1.ts';

const LIMIT_SEC = 0.5;
const REQUESTS = 2000;
function covered(playAt: PlayAt, searches: number): number {
  const exact = exactBound(LIMIT_SEC);
  const found = Array.from({ length: searches }, (_, index) => searched(playAt, `${index}`));
  return found.filter(({ bound }) => {
    const [low, high] = bound!.interval95;
    return low <= exact && exact <= high;
  }).length;
}

/** `SEARCHES=200` plays as many as it takes to tell 90 to 98 % from less and more: some minutes. */
const SEARCHES = Number(process.env['SEARCHES'] ?? 0);

describe('the largest rate of an M/M/1 queue within a limit on p95', () => {
  test('is exact within its interval, and its ends are on either side', () => {
    const exact = exactBound(LIMIT_SEC);
    const { bound, within, beyond, visits } = searched(byRecursion(REQUESTS, LIMIT_SEC), 'one');
    const [low, high] = bound!.interval95;
    expect(low).toBeLessThan(exact);
    expect(high).toBeGreaterThan(exact);
    expect(high / low).toBeLessThan(1.3);
    expect(within).toBeLessThan(exact);
    expect(beyond).toBeGreaterThan(exact);
    expect(visits.length).toBeLessThanOrEqual(SEARCH.runsMax);
  });

  test('is covered by the intervals of 7 or more of 8 searches', () => {
    expect(covered(byRecursion(REQUESTS, LIMIT_SEC), 8)).toBeGreaterThanOrEqual(7);
  });

  test('is the same whether the queue is counted or played by users in virtual time', () => {
    const rate = exactBound(LIMIT_SEC);
    const [counted, played] = [byRecursion, byUsers].map((by) => by(800, LIMIT_SEC)(rate, 'same'));
    for (const estimate of [counted!, played!]) {
      if (estimate.kind !== 'share') throw new Error(estimate.kind);
      expect(estimate.count).toBe(800);
      expect(estimate.beyond).toBeGreaterThan(0.02);
      expect(estimate.beyond).toBeLessThan(0.09);
    }
  });

  test.runIf(SEARCHES > 0)(
    `is covered by 90 to 98 % of ${SEARCHES} searches in virtual time`,
    () => {
      const share = covered(byUsers(REQUESTS, LIMIT_SEC), SEARCHES) / SEARCHES;
      process.stderr.write(`${SEARCHES} searches cover ${100 * share} %\n`);
      expect(share).toBeGreaterThanOrEqual(0.9);
      expect(share).toBeLessThanOrEqual(0.98);
    },
    7_200_000,
  );
});
