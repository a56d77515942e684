/** Residuals of a model at a point, each with the cluster that it belongs to. */
export interface Residuals {
  readonly values: Float64Array;
  readonly weights: Float64Array;
  readonly clusters: Int32Array;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** A large change of it: steps and the hold on where it began are in it. */
  readonly scale: number;
}

export interface Solution {
  readonly point: readonly number[];
  readonly residuals: Residuals;
  /** Columns of the Jacobian at the point, a scaled parameter each. */
  readonly columns: readonly Float64Array[];
  readonly plays: number;
}

export interface SolveOptions {
  readonly until: () => boolean;
  readonly told?: ((plays: number, cost: number) => void) | undefined;
}

/**
 * Of the scale, to either side, one after the other: what steps of an engine make of small changes has least of its own
 * at every turn, which the slopes of large ones see past; those of smaller ones then say where the least is.
 */
const DIFFERENCES = [0.25, 0.1];
/** The hold of where a parameter began: as if one residual said so with an error of one scale. */
export const HOLD = 1;
const ROUNDS = 20;
const DAMPING = { first: 0.01, up: 6, down: 0.3, most: 1e3 };
const ENOUGH = 1e-2;

/**
 * Least squares by Levenberg and Marquardt with bounds: parameters that a step would take beyond them stay there. Every
 * parameter is held a little where it began, so that what the residuals do not tell stays as it was.
 */
export async function solve(
  start: readonly number[],
  bounds: readonly Bounds[],
  at: (point: readonly number[]) => Promise<Residuals>,
  { until, told }: SolveOptions,
): Promise<Solution> {
  let plays = 1;
  let point = [...start];
  let residuals = await at(point);
  const cost = (found: Residuals, where: readonly number[]): number =>
    squares(found) +
    HOLD * where.reduce((sum, x, i) => sum + ((x - start[i]!) / bounds[i]!.scale) ** 2, 0);
  let columns: Float64Array[] = [];
  for (const difference of DIFFERENCES) {
    if (columns.length > 0 && until()) break;
    columns = await jacobian(difference);
    await descend(difference);
  }
  return { point, residuals, columns, plays };

  async function descend(difference: number): Promise<void> {
    let damping = DAMPING.first;
    for (let round = 0; round < ROUNDS && !until(); round++) {
      const before = cost(residuals, point);
      told?.(plays, before);
      let isBetter = false;
      while (!isBetter && damping < DAMPING.most && !until()) {
        const next = stepped(point, start, bounds, columns, residuals, damping);
        const found = await at(next);
        plays++;
        isBetter = cost(found, next) < before;
        if (isBetter) {
          point = next;
          residuals = found;
          damping *= DAMPING.down;
        } else damping *= DAMPING.up;
      }
      if (!isBetter) return;
      columns = await jacobian(difference);
      if (before - cost(residuals, point) < ENOUGH * before) return;
    }
  }

  async function jacobian(difference: number): Promise<Float64Array[]> {
    const made: Float64Array[] = [];
    for (const [i, { scale, min, max }] of bounds.entries()) {
      const beside = (by: number): number =>
        Math.min(max, Math.max(min, point[i]! + by * difference * scale));
      const [low, high] = [beside(-1), beside(1)];
      const below = await at(point.with(i, low));
      const above = await at(point.with(i, high));
      plays += 2;
      const step = (high - low) / scale;
      made.push(above.values.map((value, row) => (value - below.values[row]!) / step));
    }
    return made;
  }
}

function squares({ values, weights }: Residuals): number {
  return values.reduce((sum, value, row) => sum + weights[row]! * value * value, 0);
}

function stepped(
  point: readonly number[],
  start: readonly number[],
  bounds: readonly Bounds[],
  columns: readonly Float64Array[],
  { values, weights }: Residuals,
  damping: number,
): number[] {
  const fixed = new Set<number>();
  for (;;) {
    const free = columns.map((_, i) => i).filter((i) => !fixed.has(i));
    const held = free.map((i) => (HOLD * (point[i]! - start[i]!)) / bounds[i]!.scale);
    const matrix = free.map((i) => free.map((j) => dot(columns[i]!, columns[j]!, weights)));
    matrix.forEach((row, i) => {
      row[i] = row[i]! * (1 + damping) + HOLD;
    });
    const right = free.map((i, at) => -dot(columns[i]!, values, weights) - held[at]!);
    const change = solved(matrix, right);
    const next = [...point];
    free.forEach((i, at) => {
      next[i] = point[i]! + change[at]! * bounds[i]!.scale;
    });
    const out = free.filter((i) => next[i]! < bounds[i]!.min || next[i]! > bounds[i]!.max);
    const stuck = out.filter((i) => point[i]! <= bounds[i]!.min || point[i]! >= bounds[i]!.max);
    if (stuck.length === 0) {
      return next.map((x, i) => Math.min(bounds[i]!.max, Math.max(bounds[i]!.min, x)));
    }
    for (const i of stuck) fixed.add(i);
    if (fixed.size === columns.length) return [...point];
  }
}

export function dot(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += weights[row]! * a[row]! * b[row]!;
  return sum;
}

/** Of a positive definite matrix, by Gauss and Jordan. */
export function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const by = rows[pivot]![pivot]!;
    rows[pivot] = rows[pivot]!.map((value) => value / by);
    for (let i = 0; i < rows.length; i++) {
      const factor = rows[i]![pivot]!;
      if (i === pivot || factor === 0) continue;
      rows[i] = rows[i]!.map((value, j) => value - factor * rows[pivot]![j]!);
    }
  }
  return rows.map((row) => row.at(-1)!);
}
