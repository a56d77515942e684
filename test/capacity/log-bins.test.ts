import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logBins } from '../../src/capacity/log-bins.ts';

test.each(['coarse', 'fine'] as const)(
  'every value is in one bin, which holds it: %s',
  (fineness) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e7, noNaN: true })), (values) => {
        const bins = logBins(values, (value) => value, fineness);
        expect(bins.flatMap((bin) => bin.values).toSorted()).toEqual(values.toSorted());
        bins.forEach(({ from, to, values: within }, index) => {
          expect(within.every((value) => from <= value && value < to)).toBe(true);
          expect(from).toBeGreaterThanOrEqual(bins[index - 1]?.to ?? 0);
        });
      }),
    );
  },
);

test('bins are those that people would choose', () => {
  const edges = (fineness: 'coarse' | 'fine') =>
    logBins([0.05, 1, 1.7, 10, 40, 99], (value) => value, fineness).map(({ from, to }) => [
      from,
      to,
    ]);
  expect(edges('coarse')).toEqual([
    [0, 0.1],
    [1, 2],
    [10, 20],
    [20, 50],
    [50, 100],
  ]);
  expect(edges('fine').slice(1, 3)).toEqual([
    [1, 1.5],
    [1.5, 2],
  ]);
});
