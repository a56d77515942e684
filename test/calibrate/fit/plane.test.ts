import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { planeAt } from '../../../src/calibrate/fit/plane.ts';
import { semidefinite } from '../../../src/calibrate/fit/semidefinite.ts';
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

test('of squares of rows nothing is taken away, and of their negative everything is', () => {
  const row = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const squares = [0, 1, 2].map((i) =>
        [0, 1, 2].map((j) => rows.reduce((sum, one) => sum + one[i]! * one[j]!, 0)),
      );
      const same = semidefinite(squares);
      const none = semidefinite(squares.map((one) => one.map((x) => -x)));
      for (const i of [0, 1, 2]) {
        for (const j of [0, 1, 2]) {
          expect(same[i]![j]).toBeCloseTo(squares[i]![j]!, 6);
          expect(none[i]![j]).toBeCloseTo(0, 6);
        }
      }
    }),
  );
});

test('a direction in which squares would be negative is taken out, and the others stay', () => {
  // Eigenvalues 3 and -1, along (1, 1) and (1, -1).
  const [[a, b], [c, d]] = semidefinite([
    [1, 2],
    [2, 1],
  ]) as [[number, number], [number, number]];
  for (const x of [a, b, c, d]) expect(x).toBeCloseTo(1.5, 9);
});
