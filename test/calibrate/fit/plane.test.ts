import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { isPositive, planeAt } from '../../../src/calibrate/fit/plane.ts';
import { type Residuals, solve } from '../../../src/calibrate/fit/solve.ts';

const ROWS = 200;
const BOUNDS = [
  { min: -10, max: 10, scale: 1 },
  { min: -10, max: 10, scale: 1 },
];

/** Of rows with slopes of 3 and of a tenth of it, each a little rough: as if drawn anew wherever it is looked at. */
async function roughAt([a, b]: readonly number[], rough: number): Promise<Residuals> {
  const rng = stream('rough', a!, b!);
  return {
    values: Float64Array.from({ length: ROWS }, (_, row) => {
      const sign = row % 2 ? 1 : -1;
      return 3 * a! + 0.3 * sign * b! + 0.5 * Math.sin(row) + rough * (2 * rng() - 1);
    }),
    weights: new Float64Array(ROWS).fill(1),
    clusters: Int32Array.from({ length: ROWS }, (_, row) => row % 10),
  };
}

test('what a rough residual tells of a parameter is told as if it were smooth', async () => {
  const at = (point: readonly number[]) => roughAt(point, 0.5);
  const solution = await solve([0.5, 0.5], BOUNDS, at, { until: () => false });
  const { information } = await planeAt(solution, BOUNDS, at);
  const [steep, flat] = [9 * ROWS, 0.09 * ROWS];
  const differences = solution.columns[1]!.reduce((sum, x) => sum + x * x, 0);
  expect(differences).toBeGreaterThan(10 * flat);
  expect(information[0]![0]! / steep).toBeGreaterThan(0.7);
  expect(information[0]![0]! / steep).toBeLessThan(1.4);
  expect(information[1]![1]!).toBeLessThan(5 * flat);
});

test('and where nothing is rough it is what it is', async () => {
  const at = (point: readonly number[]) => roughAt(point, 0);
  const solution = await solve([0.5, 0.5], BOUNDS, at, { until: () => false });
  const { information, columns } = await planeAt(solution, BOUNDS, at);
  expect(information[0]![0]).toBeCloseTo(9 * ROWS, 3);
  expect(information[1]![1]).toBeCloseTo(0.09 * ROWS, 3);
  expect(columns[0]![0]).toBeCloseTo(3, 6);
});

test('squares of rows are positive definite, and not once more than their least is taken away', () => {
  const number = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      // L L' of a lower triangle with ones on its diagonal, so that its determinant is 1.
      const squares = [
        [1, a, b],
        [a, a * a + 1, a * b + c],
        [b, a * b + c, b * b + c * c + 1],
      ];
      expect(isPositive(squares)).toBe(true);
      expect(isPositive(squares.map((row, i) => row.map((x, j) => x - (i === j ? 1 : 0))))).toBe(
        false,
      );
    }),
  );
});
