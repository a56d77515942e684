import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leastSquares } from '../../src/attribution/least-squares.ts';

const ones = (count: number) => new Float64Array(count).fill(1);
const own = (count: number) => Int32Array.from({ length: count }, (_, index) => index);

test('a line without errors is found exactly, whatever the scale of its columns', () => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      const x = Float64Array.from({ length: 20 }, (_, index) => (index % 7) * 1e5);
      const z = Float64Array.from({ length: 20 }, (_, index) => ((index * 5) % 11) / 1e3);
      const y = x.map((value, index) => a + b * value + c * z[index]!);
      const found = leastSquares([ones(20), x, z], y, ones(20), own(20))!;
      expect(Math.abs(found.coefficients[1]! - b)).toBeLessThan(1e-6);
      expect(
        Math.abs(found.coefficients[0]! + found.coefficients[1]! * 3e5 - a - b * 3e5),
      ).toBeLessThan(1e-3);
    }),
  );
});

test('the error of a mean is that of n - 1 degrees of freedom, as the jackknife has it', () => {
  const y = Float64Array.from([1, 2, 4, 9]);
  const found = leastSquares([ones(4)], y, ones(4), own(4))!;
  // sum (e / (1 - 1/4))^2 / 16 * 4/3
  expect(found.coefficients).toEqual([4]);
  expect(found.standardErrors[0]).toBeCloseTo(Math.sqrt(((38 / 0.5625 / 16) * 4) / 3), 9);
});

test('requests said twice by the same session make nothing surer', () => {
  const x = Float64Array.from({ length: 30 }, (_, index) => index);
  const y = x.map((value) => 3 * value + ((value * 7) % 5));
  const once = leastSquares([ones(30), x], y, ones(30), own(30))!;
  const twice = <T extends Float64Array | Int32Array>(all: T) => [...all, ...all];
  const doubled = leastSquares(
    [ones(60), Float64Array.from(twice(x))],
    Float64Array.from(twice(y)),
    ones(60),
    Int32Array.from(twice(own(30))),
  )!;
  expect(doubled.coefficients[1]).toBeCloseTo(once.coefficients[1]!, 9);
  expect(doubled.standardErrors[1]! / once.standardErrors[1]!).toBeGreaterThan(0.9);
});

test('columns that say the same have no coefficients, and those that nearly do are inflated', () => {
  const x = Float64Array.from({ length: 30 }, (_, index) => index);
  expect(leastSquares([ones(30), x, x], x, ones(30), own(30))).toBeUndefined();
  const near = x.map((value) => value + (value % 2));
  const found = leastSquares([ones(30), x, near], x, ones(30), own(30))!;
  expect(found.inflations[1]).toBeGreaterThan(100);
  expect(leastSquares([ones(30), x], x, ones(30), own(30))!.inflations[1]).toBeCloseTo(1, 9);
});

test('what counts more draws the line', () => {
  const y = Float64Array.from([0, 0, 10, 10]);
  const weights = Float64Array.from([1, 1, 9, 9]);
  expect(leastSquares([ones(4)], y, weights, own(4))!.coefficients[0]).toBeCloseTo(9, 9);
});

test('errors of a line at 0 and of its slope go together the more, the farther 0 lies from where it was measured', () => {
  const at = (from: number) => {
    const x = Float64Array.from({ length: 40 }, (_, index) => from + index);
    // As far off on both sides of the middle.
    const y = x.map((value, index) => 2 * value + (Math.min(index, 39 - index) % 2 ? 1 : -1));
    return leastSquares([ones(40), x], y, ones(40), own(40))!.correlations;
  };
  expect(at(-19.5)[0]![1]).toBeCloseTo(0, 9);
  expect(at(-19.5)[0]![0]).toBe(1);
  // - mean(x) / sqrt(mean(x^2)) of errors that are all alike.
  const mean = 119.5;
  const square = mean ** 2 + (40 ** 2 - 1) / 12;
  expect(at(100)[0]![1]).toBeCloseTo(-mean / Math.sqrt(square), 2);
  expect(at(100)[1]![0]).toBe(at(100)[0]![1]);
});
