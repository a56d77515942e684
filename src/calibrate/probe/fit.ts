import { leastSquares } from '../../attribution/least-squares.ts';
import { criticalValue } from '../../stats/intervals/student.ts';
import { solved } from '../fit/solve.ts';

/** What a constant is found to be, and where it lies with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What was measured, and what it would be by constants: milliseconds, one each. */
export interface Equations {
  readonly ms: readonly number[];
  /** By what share of it each may be off, and by how many milliseconds besides; default: RELATIVE, 0. */
  readonly shares?: readonly number[];
  readonly spreadMs?: readonly number[];
  predicted(constants: readonly number[]): number[];
}

export interface Fitted {
  readonly values: readonly number[];
  /** undefined: what was measured does not tell it from others. */
  readonly estimates: readonly (Estimate | undefined)[];
  /** Of the errors of two constants that both have one, -1 to 1; absent: not known. */
  readonly correlations: ReadonlyMap<number, ReadonlyMap<number, number>>;
  /** What each equation comes to. */
  readonly predictedMs: readonly number[];
  /** Of the errors as they are weighed: root of their mean square. */
  readonly misfit: number;
}

export interface FitOptions {
  readonly start: readonly number[];
  /** By how much each may well change; above 0. */
  readonly scales: readonly number[];
  /** Those that stay as they are. */
  readonly fixed?: readonly number[];
  readonly lowest?: readonly number[];
  /** What is thought of constants that the equations may say little of: they count little. */
  readonly hints?: readonly Hint[];
}

export interface Hint {
  readonly index: number;
  readonly value: number;
  readonly width: number;
}

/** Of hints at first; then each counts as much as one equation's misfit. */
const HINT_WEIGHT = 0.05;
const HINT_WEIGHT_MIN = 1e-4;

/** A measured time is as good as this share of it, and so many milliseconds. */
const RELATIVE = 0.02;
const ABSOLUTE_MS = 0.05;
/** A constant is not said to be known better. */
const KNOWN_SHARE = 0.005;
const ITERATIONS = 150;
const DAMPING_MAX = 1e9;
/** A step that makes the squares less by no more than this share is as good as none. */
const GAIN_MIN = 1e-5;
const CONFIDENCE = 0.95;

/**
 * Least squares of relative errors by Levenberg's and Marquardt's damping, constants kept at or above 0. Intervals by
 * the variance of Liang and Zeger with HC3's correction (attribution/least-squares.ts), each equation a cluster of
 * its own, so that what the model does not describe is in them; t of Student with as many degrees of freedom as
 * equations are left over.
 */
export function fitConstants(equations: Equations, options: FitOptions): Fitted {
  const first = searched(equations, options, HINT_WEIGHT);
  const weight = Math.max(HINT_WEIGHT_MIN, first.misfit);
  return searched(equations, { ...options, start: first.values }, weight);
}

function searched(
  { ms: measured, shares = [], spreadMs = [], predicted }: Equations,
  { start, scales, fixed = [], lowest = [], hints = [] }: FitOptions,
  hintWeight: number,
): Fitted {
  const hinted = hints.filter(({ index }) => !fixed.includes(index));
  const free = start.map((_, index) => index).filter((index) => !fixed.includes(index));
  const weigh = measured.map(
    (ms, row) => 1 / Math.hypot((shares[row] ?? RELATIVE) * ms + ABSOLUTE_MS, spreadMs[row] ?? 0),
  );
  const residualsAt = (values: readonly number[]) => [
    ...predicted(values).map((ms, row) => (measured[row]! - ms) * weigh[row]!),
    ...hinted.map(({ index, value, width }) => ((value - values[index]!) / width) * hintWeight),
  ];
  const jacobianAt = (values: readonly number[]) => {
    const now = predicted(values);
    return free.map((index) => {
      const step = Math.max(1e-4 * scales[index]!, 1e-6 * values[index]!);
      const moved = values.map((value, each) => (each === index ? value + step : value));
      return Float64Array.from([
        ...predicted(moved).map((ms, row) => ((ms - now[row]!) / step) * weigh[row]!),
        ...hinted.map((hint) => (hint.index === index ? hintWeight / hint.width : 0)),
      ]);
    });
  };
  let values = [...start];
  let residuals = residualsAt(values);
  let damping = 1e-2;
  let still = 0;
  for (
    let iteration = 0;
    iteration < ITERATIONS && damping < DAMPING_MAX && still < 3;
    iteration++
  ) {
    const columns = jacobianAt(values);
    const change = damped(
      columns,
      residuals,
      free.map((index) => scales[index]!),
      damping,
    );
    const next = values.slice();
    free.forEach((index, place) => {
      next[index] = Math.max(lowest[index] ?? 0, values[index]! + (change[place] ?? 0));
    });
    const after = residualsAt(next);
    if (squares(after) < squares(residuals)) {
      still = squares(after) > (1 - GAIN_MIN) * squares(residuals) ? still + 1 : 0;
      [values, residuals] = [next, after];
      damping = Math.max(1e-9, damping / 5);
    } else damping *= 4;
  }
  return {
    values,
    ...estimatesOf({ values, free, lowest }, jacobianAt(values), residuals),
    predictedMs: predicted(values),
    misfit: Math.sqrt(squares(residuals.slice(0, measured.length)) / Math.max(1, measured.length)),
  };
}

/**
 * Half an interval is the larger of two standard errors times t: the robust one, and that of the fit with its scatter,
 * in which hints count. A constant at its bound is as uncertain as if there were none.
 */
function estimatesOf(
  {
    values,
    free,
    lowest,
  }: { values: readonly number[]; free: readonly number[]; lowest: readonly number[] },
  columns: readonly Float64Array[],
  residuals: readonly number[],
): Pick<Fitted, 'estimates' | 'correlations'> {
  const rows = residuals.length;
  // Regressed on its own derivatives, the residual of a least squares fit is all that is left.
  const robust = leastSquares(
    columns,
    Float64Array.from(residuals),
    new Float64Array(rows).fill(1),
    Int32Array.from(residuals, (_, row) => row),
  );
  const left = Math.max(1, rows - columns.length);
  const scatter = Math.sqrt(squares(residuals) / left);
  const lengths = inverseDiagonal(columns);
  const t = criticalValue(CONFIDENCE, left);
  const estimates = values.map((value, index) => {
    const place = free.indexOf(index);
    const plain = scatter * Math.sqrt(lengths[place] ?? Number.NaN);
    if (place < 0 || !robust || !Number.isFinite(plain)) return undefined;
    const half = Math.max(t * robust.standardErrors[place]!, t * plain, KNOWN_SHARE * value);
    return { value, low: Math.max(lowest[index] ?? 0, value - half), high: value + half };
  });
  const correlations = new Map(
    free.map((index, row) => [
      index,
      new Map(
        free
          .slice(row + 1)
          .map((other, at) => [other, robust?.correlations[row]?.[row + 1 + at] ?? 0]),
      ),
    ]),
  );
  return { estimates, correlations };
}

/** Of (J'J)^-1, by columns of length 1. */
function inverseDiagonal(columns: readonly Float64Array[]): number[] {
  const norms = columns.map((column) => Math.sqrt(squares([...column])) || 1);
  const dot = (a: Float64Array, b: Float64Array) =>
    a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const gram = columns.map((a, i) => columns.map((b, j) => dot(a, b) / (norms[i]! * norms[j]!)));
  return columns.map((_, place) => {
    const unit = gram.map((__, index) => (index === place ? 1 : 0));
    return solved(gram, unit)[place]! / norms[place]! ** 2;
  });
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Solves (J'J + damping diag) x = J'r in units of `scales`, by elimination with pivots. */
function damped(
  columns: readonly Float64Array[],
  residuals: readonly number[],
  scales: readonly number[],
  damping: number,
): number[] {
  const scaled = columns.map((column, place) => column.map((value) => value * scales[place]!));
  const dot = (a: Float64Array, b: ArrayLike<number>) =>
    a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const matrix = scaled.map((a, i) => {
    const line = scaled.map((b, j) => dot(a, b) * (i === j ? 1 + damping : 1));
    line[i]! += damping * 1e-6;
    return line;
  });
  const right = scaled.map((a) => dot(a, residuals));
  return solved(matrix, right).map((value, place) => value * scales[place]!);
}
