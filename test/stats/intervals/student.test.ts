import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criticalValue, twoSided } from '../../../src/stats/intervals/student.ts';

test.each([
  [1, 12.7062],
  [4, 2.7764],
  [31, 2.0395],
  [1e6, 1.96],
])(
  'half an interval of 95 %% is, of %d degrees of freedom, as tables have it',
  (degrees, value) => {
    expect(criticalValue(0.95, degrees)).toBeCloseTo(value, 3);
    expect(twoSided(value, degrees)).toBeCloseTo(0.05, 4);
  },
);

test.each([
  // R: qt(share, degrees).
  [0.975, 1, 12.706205],
  [0.975, 3, 3.182446],
  [0.975, 9, 2.262157],
  [0.995, 3, 5.840909],
  [0.9995, 5, 6.868827],
  [0.95, 1000, 1.646379],
])('the quantile at %d of %d degrees of freedom is %d', (share, degrees, expected) => {
  expect(criticalValue(2 * share - 1, degrees)).toBeCloseTo(expected, 5);
});

test('of one degree of freedom it is the Cauchy distribution, of two a root', () => {
  for (const t of [0.1, 1, 3, 50]) {
    expect(twoSided(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12);
    expect(twoSided(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
  }
});

test('a value and its likelihood belong to each other, and to both sides', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 0.9999, noNaN: true }),
      fc.double({ min: 1, max: 1000, noNaN: true }),
      (confidence, degrees) => {
        const t = criticalValue(confidence, degrees);
        expect(twoSided(t, degrees)).toBeCloseTo(1 - confidence, 9);
        expect(twoSided(-t, degrees)).toBe(twoSided(t, degrees));
      },
    ),
    { numRuns: 30 },
  );
});

test('without degrees of freedom nothing is likely, and no interval is long enough', () => {
  expect(twoSided(2, 0)).toBeNaN();
  expect(criticalValue(0.95, 0)).toBe(Infinity);
  expect(twoSided(Infinity, 3)).toBe(0);
  expect(twoSided(0, 3)).toBe(1);
});
