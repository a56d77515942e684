import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawnTogether } from '../../src/twin/correlated.ts';

const INTERVALS = { weightsMs: [4, 10], hostMs: [0, 4], tokenUs: [20, 28] } as const;
const CENTRE = { weightsMs: 7, hostMs: 2, tokenUs: 24 };

test('a sum that a fit knows well is known of every draw', () => {
  const correlations = { weightsMs: { hostMs: -0.999 } };
  // The same errors in both, but for their sign.
  const intervals = { ...INTERVALS, hostMs: [0, 6] as const };
  const centre = { ...CENTRE, hostMs: 3 };
  const draws = drawnTogether(intervals, correlations, centre, 100);
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
  expect(spread(draws.map(({ weightsMs }) => weightsMs!))).toBeGreaterThan(4);
  expect(spread(draws.map(({ weightsMs, hostMs }) => weightsMs! + hostMs!))).toBeLessThan(0.6);
});

test('draws lie within the intervals, about what the profile says, and are the same every time', () => {
  fc.assert(
    fc.property(fc.double({ min: -0.95, max: 0.95, noNaN: true }), (rho) => {
      const correlations = { hostMs: { tokenUs: rho } };
      const draws = drawnTogether(INTERVALS, correlations, CENTRE, 60);
      expect(drawnTogether(INTERVALS, correlations, CENTRE, 60)).toEqual(draws);
      for (const [name, [low, high]] of Object.entries(INTERVALS)) {
        const values = draws.map((draw) => draw[name]!);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
        expect(Math.max(...values)).toBeLessThanOrEqual(high);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.15 * (high - low));
      }
    }),
    { numRuns: 8 },
  );
});

test('errors go together as they are said to', () => {
  const draws = drawnTogether(INTERVALS, { tokenUs: { weightsMs: 0.7 } }, CENTRE, 400);
  const of = (name: string) => draws.map((draw) => draw[name]!);
  expect(correlation(of('weightsMs'), of('tokenUs'))).toBeGreaterThan(0.55);
  expect(Math.abs(correlation(of('weightsMs'), of('hostMs')))).toBeLessThan(0.15);
});

test('correlations that no errors can have, by rounding, are taken for the next that they can', () => {
  const impossible = { weightsMs: { hostMs: -1, tokenUs: 0.1 }, hostMs: { tokenUs: 0.1 } };
  const draws = drawnTogether(INTERVALS, impossible, CENTRE, 5);
  expect(draws.flatMap((draw) => Object.values(draw)).every(Number.isFinite)).toBe(true);
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / a.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, one, at) => sum + (one - mx) * (y[at]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
}
