import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  difference,
  intervalOf,
  pValueOf,
  quotient,
  straight,
  type Uncertain,
} from '../../src/compare/interval.ts';
import { criticalValue } from '../../src/stats/intervals/student.ts';

const uncertain = fc
  .record({
    value: fc.double({ min: 1, max: 20, noNaN: true }),
    variance: fc.double({ min: 0.01, max: 4, noNaN: true }),
    degrees: fc.integer({ min: 5, max: 60 }),
  })
  .map(({ value, ...doubt }) => straight(value, doubt));
const correlations = fc.double({ min: -0.9, max: 0.9, noNaN: true });

/** Of which nothing is known from two errors above it on. */
const open = (value: number): Uncertain => ({
  value,
  degrees: 10,
  at: (errors) => (errors < 2 ? value / (1 - errors / 2) : Infinity),
});

test('of errors that are the same either way it is the interval of Student', () => {
  fc.assert(
    fc.property(uncertain, uncertain, correlations, (a, b, r) => {
      const [low, high] = intervalOf(a, b, r, difference);
      const [s, t] = [a, b].map(({ value, at }) => at(1) - value) as [number, number];
      const error = Math.sqrt(s * s + t * t - 2 * r * s * t);
      const degrees =
        r === 0
          ? (s * s + t * t) ** 2 / (s ** 4 / a.degrees + t ** 4 / b.degrees)
          : Math.min(a.degrees, b.degrees);
      const half = criticalValue(0.95, degrees) * error;
      expect((high + low) / 2).toBeCloseTo(b.value - a.value, 6);
      expect((high - low) / 2 / half).toBeCloseTo(1, 2);
    }),
    { numRuns: 50 },
  );
});

test('what does not hold 0 is less likely than 5 %, and the other way round', () => {
  fc.assert(
    fc.property(uncertain, uncertain, correlations, (a, b, r) => {
      const [low, high] = intervalOf(a, b, r, difference);
      if (Math.min(Math.abs(low), Math.abs(high)) < 1e-6) return;
      expect(pValueOf(a, b, r) < 0.05).toBe(low > 0 || high < 0);
    }),
    { numRuns: 50 },
  );
});

test('an end of which nothing is known is open, and only that one', () => {
  const known = straight(3, { variance: 0.01, degrees: 10 });
  expect(intervalOf(known, open(3), 0, difference)[1]).toBe(Infinity);
  expect(intervalOf(known, open(3), 0, difference)[0]).toBeGreaterThan(-3);
  expect(intervalOf(open(3), known, 0, difference)[0]).toBe(-Infinity);
  expect(intervalOf(open(3), known, 0, difference)[1]).toBeLessThan(3);
  expect(intervalOf(open(3), open(4), 0.9, difference)).toEqual([-Infinity, Infinity]);
  expect(intervalOf(open(3), open(4), 0.9, quotient)).toEqual([0, Infinity]);
  expect(intervalOf(known, open(3), 0, quotient)[0]).toBeGreaterThan(0);
});

test('where nothing is known of one end, all of the 5 % are left for the other', () => {
  const exact = straight(3, { variance: 0, degrees: 10 });
  // 1.812: the 95 % quantile of Student's t of 10 degrees of freedom.
  const [low, high] = intervalOf(exact, open(3), 0, difference);
  expect(low).toBeCloseTo(3 / (1 + 1.812 / 2) - 3, 3);
  expect(high).toBe(Infinity);
  expect(intervalOf(open(3), exact, 0, difference)).toEqual([-Infinity, -low]);
});

test('a ragged curve is followed at its ends, not into what lies between', () => {
  const smooth = straight(0, { variance: 1, degrees: 30 });
  const ragged: Uncertain = {
    ...smooth,
    at: (errors) => errors + (Math.abs(errors) > 2 ? 0 : 5 * Math.sin(40 * errors)),
  };
  const [low, high] = intervalOf(smooth, ragged, 0.99, difference);
  expect(high).toBeLessThan(0.5);
  expect(low).toBeCloseTo(-high, 6);
});

test('without doubt it is the value; with nothing but doubt, any', () => {
  const [three, four] = [3, 4].map((value) => straight(value, { variance: 0, degrees: 31 })) as [
    Uncertain,
    Uncertain,
  ];
  expect(intervalOf(three, four, 0, difference)).toEqual([1, 1]);
  expect([pValueOf(three, three, 0), pValueOf(three, four, 0)]).toEqual([1, 0]);
  const all = straight(3, { variance: Infinity, degrees: 0 });
  expect(intervalOf(all, four, 0, difference)).toEqual([-Infinity, Infinity]);
  expect(pValueOf(all, four, 0)).toBe(1);
});
