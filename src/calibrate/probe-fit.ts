import { leastSquares } from '../attribution/least-squares.ts';
import { criticalValue } from '../stats/student.ts';

/** What a constant is found to be, and where it lies with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What was measured, and what it would be by constants: milliseconds, one each. */
export interface Equations {
  readonly ms: readonly number[];
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

/** Of an equation of its own. */
const HINT_WEIGHT = 0.05;

/** A measured time is as good as this share of it, and so many milliseconds. */
const RELATIVE = 0.02;
const ABSOLUTE_MS = 0.05;
/** A constant is not said to be known better. */
const KNOWN_SHARE = 0.005;
const ITERATIONS = 200;
const CONFIDENCE = 0.95;

/**
 * Least squares of relative errors by Levenberg's and Marquardt's damping, constants kept at or above 0. Intervals by
 * the variance of Liang and Zeger with HC3's correction (attribution/least-squares.ts), each equation a cluster of
 * its own, so that what the model does not describe is in them; t of Student with as many degrees of freedom as
 * equations are left over.
 */
export function fitConstants(
  { ms: measured, predicted }: Equations,
  { start, scales, fixed = [], lowest = [], hints = [] }: FitOptions,
): Fitted {
  const hinted = hints.filter(({ index }) => !fixed.includes(index));
  const free = start.map((_, index) => index).filter((index) => !fixed.includes(index));
  const weigh = measured.map((ms) => 1 / (RELATIVE * ms + ABSOLUTE_MS));
  const residualsAt = (values: readonly number[]) => [
    ...predicted(values).map((ms, row) => (measured[row]! - ms) * weigh[row]!),
    ...hinted.map(({ index, value, width }) => ((value - values[index]!) / width) * HINT_WEIGHT),
  ];
  const jacobianAt = (values: readonly number[]) => {
    const now = predicted(values);
    return free.map((index) => {
      const step = Math.max(1e-4 * scales[index]!, 1e-6 * values[index]!);
      const moved = values.map((value, each) => (each === index ? value + step : value));
      return Float64Array.from([
        ...predicted(moved).map((ms, row) => ((ms - now[row]!) / step) * weigh[row]!),
        ...hinted.map((hint) => (hint.index === index ? HINT_WEIGHT / hint.width : 0)),
      ]);
    });
  };
  let values = [...start];
  let residuals = residualsAt(values);
  let damping = 1e-2;
  for (let iteration = 0; iteration < ITERATIONS && damping < 1e12; iteration++) {
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
      const gain = 1 - squares(after) / squares(residuals);
      [values, residuals] = [next, after];
      damping = Math.max(1e-9, damping / 5);
      if (gain < 1e-10 && damping < 1e-6) break;
    } else damping *= 4;
  }
  return {
    values,
    ...estimatesOf({ values, free, lowest }, jacobianAt(values), residuals),
    predictedMs: predicted(values),
    misfit: Math.sqrt(squares(residuals.slice(0, measured.length)) / Math.max(1, measured.length)),
  };
}

/** Constants at their bound take no part: their interval ends where a misfit would be seen. */
function estimatesOf(
  {
    values,
    free,
    lowest,
  }: { values: readonly number[]; free: readonly number[]; lowest: readonly number[] },
  columns: readonly Float64Array[],
  residuals: readonly number[],
): Pick<Fitted, 'estimates' | 'correlations'> {
  const inner = free
    .map((_, place) => place)
    .filter((place) => values[free[place]!]! > (lowest[free[place]!] ?? 0));
  const used = inner.map((place) => columns[place]!);
  const rows = residuals.length;
  // Regressed on its own derivatives, the residual of a least squares fit is all that is left.
  const linear = used.length
    ? leastSquares(
        used,
        Float64Array.from(residuals),
        new Float64Array(rows).fill(1),
        Int32Array.from(residuals, (_, row) => row),
      )
    : undefined;
  const t = criticalValue(CONFIDENCE, Math.max(1, rows - used.length));
  const estimates = values.map((value, index) => {
    const place = inner.findIndex((each) => free[each] === index);
    if (place < 0) {
      const bound = free.indexOf(index);
      if (bound < 0) return undefined;
      const length = Math.sqrt(squares([...columns[bound]!]));
      const scatter = Math.sqrt(squares(residuals) / Math.max(1, rows - used.length));
      const low = lowest[index] ?? 0;
      return length > 0 ? { value, low, high: low + (t * scatter) / length } : undefined;
    }
    if (!linear) return undefined;
    const half = Math.max(t * linear.standardErrors[place]!, KNOWN_SHARE * value);
    return { value, low: Math.max(lowest[index] ?? 0, value - half), high: value + half };
  });
  const indexes = inner.map((place) => free[place]!);
  const correlations = new Map(
    indexes.map((index, row) => [
      index,
      new Map(
        indexes
          .slice(row + 1)
          .map((other, at) => [other, linear?.correlations[row]?.[row + 1 + at] ?? 0]),
      ),
    ]),
  );
  return { estimates, correlations };
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
  const rows = scaled.map((a, i) => {
    const line = scaled.map((b, j) => dot(a, b) * (i === j ? 1 + damping : 1));
    line[i]! += damping * 1e-6;
    return [...line, dot(a, residuals)];
  });
  return solved(rows).map((value, place) => value * scales[place]!);
}

/** Rows of a square system with its right side at the end. */
function solved(rows: number[][]): number[] {
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(rows[row]![pivot]!) > Math.abs(rows[best]![pivot]!)) best = row;
    }
    [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
    const by = rows[pivot]![pivot]!;
    if (by === 0) continue;
    for (let row = 0; row < size; row++) {
      const factor = rows[row]![pivot]! / by;
      if (row === pivot || factor === 0) continue;
      for (let at = pivot; at <= size; at++) rows[row]![at]! -= factor * rows[pivot]![at]!;
    }
  }
  return rows.map((row, index) => (row[index] === 0 ? 0 : row[size]! / row[index]!));
}
