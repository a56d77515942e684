/** Coefficients of a linear regression, and what can be said against them. */
export interface LeastSquares {
  readonly coefficients: readonly number[];
  /** Of each coefficient: errors may differ in size, and be alike within a cluster. */
  readonly standardErrors: readonly number[];
  /** Of the errors of two coefficients, -1 to 1: row and column are theirs. */
  readonly correlations: Matrix;
  /** How many times as wide its interval is as it were if no other column told the same: 1 / (1 - R²) of it. */
  readonly inflations: readonly number[];
  readonly residuals: Float64Array;
  /** Share of the (weighted) variance that it explains, 0 to 1. */
  readonly explainedShare: number;
}

/** A residual at a point that draws the line to itself says little: more is not made of it. */
const LEVERAGE_MAX = 0.95;

/**
 * Weighted least squares y = X b with the cluster-robust variance of Liang and Zeger (1986):
 *
 *     V = A (sum over clusters of s_g s_g') A G / (G - 1),   A = (X' W X)^-1
 *
 * where s_g sums w x e / (1 - h) over the cluster, h the leverage: the jackknife's correction (MacKinnon and White
 * 1985, HC3), which matters where few requests are far from the others. undefined if the columns cannot be told apart.
 *
 * @param columns one a coefficient, each as long as `y`; the first is the constant
 */
export function leastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  weights: Float64Array,
  clusters: Int32Array,
): LeastSquares | undefined {
  const solved = solve(columns, y, weights);
  if (!solved) return undefined;
  const { scales, inverse, coefficients, residuals } = solved;
  const variance = sandwich(columns, scales, inverse, residuals, weights, clusters);
  return {
    coefficients,
    standardErrors: variance.map((row, j) => Math.sqrt(Math.max(0, row[j]!)) / scales[j]!),
    correlations: variance.map((row, i) =>
      row.map((value, j) => {
        const both = Math.sqrt(variance[i]![i]! * variance[j]![j]!);
        return i === j ? 1 : both > 0 ? Math.max(-1, Math.min(1, value / both)) : 0;
      }),
    ),
    inflations: columns.map((column, j) => {
      const spread = centred(column, weights) / scales[j]! ** 2;
      return j === 0 ? 1 : inverse[j]![j]! * spread;
    }),
    residuals,
    explainedShare: 1 - dot(residuals, residuals, weights) / centred(y, weights),
  };
}

type Matrix = readonly (readonly number[])[];

interface Solved {
  readonly scales: readonly number[];
  readonly inverse: Matrix;
  readonly coefficients: readonly number[];
  readonly residuals: Float64Array;
}

/** The line alone, without what can be said against it: that takes as long again. undefined as above. */
export function solve(
  columns: readonly Float64Array[],
  y: Float64Array,
  weights: Float64Array,
): Solved | undefined {
  const scales = columns.map((column) => Math.max(Number.MIN_VALUE, norm(column, weights)));
  const inverse = inverted(gram(columns, scales, weights));
  if (!inverse) return undefined;
  const right = columns.map((column, j) => dot(column, y, weights) / scales[j]!);
  const coefficients = times(inverse, right).map((value, j) => value / scales[j]!);
  const residuals = y.map((value, row) => {
    let fit = 0;
    for (let j = 0; j < columns.length; j++) fit += columns[j]![row]! * coefficients[j]!;
    return value - fit;
  });
  return { scales, inverse, coefficients, residuals };
}

function norm(column: Float64Array, weights: Float64Array): number {
  return Math.sqrt(dot(column, column, weights));
}

function dot(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += weights[row]! * a[row]! * b[row]!;
  return sum;
}

/** Weighted sum of squares about the mean. */
function centred(column: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let all = 0;
  for (let row = 0; row < column.length; row++) {
    sum += weights[row]! * column[row]!;
    all += weights[row]!;
  }
  const mean = sum / all;
  const off = column.map((value) => value - mean);
  return dot(off, off, weights);
}

function gram(
  columns: readonly Float64Array[],
  scales: readonly number[],
  weights: Float64Array,
): number[][] {
  const product = columns.map((): number[] => []);
  columns.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const value = dot(a, columns[j]!, weights) / (scales[i]! * scales[j]!);
      product[i]![j] = value;
      product[j]![i] = value;
    }
  });
  return product;
}

/** Of columns of length 1: less than so much of one is its own. */
const PIVOT_MIN = 1e-10;

/** Gauss and Jordan, with the diagonal as pivots: it is positive definite, or nothing. */
function inverted(matrix: Matrix): number[][] | undefined {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const value = rows[pivot]![pivot]!;
    if (!(value > PIVOT_MIN)) return undefined;
    rows[pivot] = rows[pivot]!.map((each) => each / value);
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![pivot]!;
      if (i !== pivot && factor !== 0) {
        rows[i] = rows[i]!.map((each, j) => each - factor * rows[pivot]![j]!);
      }
    }
  }
  return rows.map((row) => row.slice(size));
}

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, j) => sum + value * vector[j]!, 0));
}

/** x' A x. */
function squareIn(matrix: Matrix, x: readonly number[]): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) {
    const row = matrix[i]!;
    let drawn = 0;
    for (let j = 0; j < x.length; j++) drawn += row[j]! * x[j]!;
    square += x[i]! * drawn;
  }
  return square;
}

/** V, in scaled columns. */
function sandwich(
  columns: readonly Float64Array[],
  scales: readonly number[],
  inverse: Matrix,
  residuals: Float64Array,
  weights: Float64Array,
  clusters: Int32Array,
): number[][] {
  const sums = new Map<number, number[]>();
  const x = columns.map(() => 0);
  for (let row = 0; row < residuals.length; row++) {
    for (let j = 0; j < x.length; j++) x[j] = columns[j]![row]! / scales[j]!;
    const leverage = weights[row]! * squareIn(inverse, x);
    const score = (weights[row]! * residuals[row]!) / (1 - Math.min(LEVERAGE_MAX, leverage));
    let sum = sums.get(clusters[row]!);
    if (!sum) sums.set(clusters[row]!, (sum = x.map(() => 0)));
    for (let j = 0; j < x.length; j++) sum[j]! += score * x[j]!;
  }
  const count = sums.size;
  const variance = columns.map(() => columns.map(() => 0));
  for (const sum of sums.values()) {
    const drawn = times(inverse, sum);
    for (const [i, a] of drawn.entries()) {
      for (const [j, b] of drawn.entries()) variance[i]![j]! += a * b;
    }
  }
  return variance.map((row) => row.map((value) => (value * count) / Math.max(1, count - 1)));
}
