import { stream } from '../../base/random.ts';
import { type Bounds, dot, HOLD, type Residuals, type Solution, solved } from './solve.ts';

/** Residuals near a point as a plane. */
export interface Plane {
  /** On the plane, at the point. */
  readonly residuals: Residuals;
  /** Slopes of the residuals, a scaled parameter each. */
  readonly columns: readonly Float64Array[];
  /** J'WJ, without what the roughness of the residuals adds to it. */
  readonly information: readonly (readonly number[])[];
  readonly plays: number;
}

/** Of the scale, at most, to either side. */
const REACH = 0.3;
/** Plays for each parameter, and besides. */
const PLAYS = { each: 2, more: 15 };

/**
 * What an engine takes is rough: a constant that is a little larger has one request miss a step, and those behind it
 * another. Slopes that are differences of two plays are steeper than what is behind them, so that a constant seems better
 * known than it is. Here a plane is laid through plays at points that are drawn around the solution (least squares; Box
 * and Wilson 1951). What remains of the plays beside the plane says how rough they are, and the part of J'WJ that comes
 * from that alone is taken away (errors in variables: Fuller 1987).
 */
export async function planeAt(
  { point, residuals, columns }: Solution,
  bounds: readonly Bounds[],
  at: (point: readonly number[]) => Promise<Residuals>,
): Promise<Plane> {
  const reach = reachOf(informationOf(columns, residuals), residuals);
  const rng = stream('plane', point.length);
  const plays = PLAYS.each * bounds.length + PLAYS.more;
  // Of every play the level, then how far it is off in each parameter.
  const places: number[][] = [];
  const seen: Residuals[] = [];
  for (let play = 0; play < plays; play++) {
    const where = point.map((x, i) => {
      const { scale, min, max } = bounds[i]!;
      return Math.min(max, Math.max(min, x + (2 * rng() - 1) * reach[i]! * scale));
    });
    places.push([1, ...where.map((x, i) => (x - point[i]!) / bounds[i]!.scale)]);
    seen.push(await at(where));
  }
  const inverse = inverseOfSquares(places);
  const [level, ...slopes] = regressed(places, inverse, seen) as [Float64Array, ...Float64Array[]];
  const all = [level, ...slopes];
  const weights = Float64Array.from(
    level,
    (_, row) => seen.reduce((sum, one) => sum + one.weights[row]!, 0) / plays,
  );
  let beside = 0;
  for (const [play, { values }] of seen.entries()) {
    for (let row = 0; row < values.length; row++) {
      const said = all.reduce((sum, one, i) => sum + one[row]! * places[play]![i]!, 0);
      beside += weights[row]! * (values[row]! - said) ** 2;
    }
  }
  const rough = beside / (plays - all.length);
  const on: Residuals = { values: level, weights, clusters: residuals.clusters };
  return {
    ...{ residuals: on, columns: slopes, plays },
    information: lessRough(
      informationOf(slopes, on),
      inverse.slice(1).map((row) => row.slice(1).map((x) => rough * x)),
    ),
  };
}

function informationOf(columns: readonly Float64Array[], { weights }: Residuals): number[][] {
  return columns.map((a) => columns.map((b) => dot(a, b, weights)));
}

/** So far that all parameters together double the squares: beyond it a plane is not what there is. */
function reachOf(information: readonly number[][], { values, weights }: Residuals): number[] {
  const all = dot(values, values, weights);
  return information.map((row, i) =>
    Math.min(REACH, Math.sqrt(all / (information.length * Math.max(1, row[i]!)))),
  );
}

/** (X'X)^-1. */
function inverseOfSquares(places: readonly (readonly number[])[]): number[][] {
  const size = places[0]!.map((_, i) => i);
  const squares = size.map((i) =>
    size.map((j) => places.reduce((sum, one) => sum + one[i]! * one[j]!, i === j ? 1e-9 : 0)),
  );
  return size.map((i) =>
    solved(
      squares,
      size.map((j) => (i === j ? 1 : 0)),
    ),
  );
}

/** (X'X)^-1 X'y of every residual: its level, then its slopes. */
function regressed(
  places: readonly (readonly number[])[],
  inverse: readonly (readonly number[])[],
  seen: readonly Residuals[],
): Float64Array[] {
  const made = inverse.map(() => new Float64Array(seen[0]!.values.length));
  for (const [play, { values }] of seen.entries()) {
    const gains = inverse.map((row) => row.reduce((sum, x, j) => sum + x * places[play]![j]!, 0));
    for (const [i, own] of made.entries()) {
      for (let row = 0; row < own.length; row++) own[row]! += gains[i]! * values[row]!;
    }
  }
  return made;
}

/** As much of it as leaves what every parameter is known by, with half of the hold. */
function lessRough(
  all: readonly (readonly number[])[],
  rough: readonly (readonly number[])[],
): number[][] {
  for (let tenths = 10; tenths > 0; tenths--) {
    const less = all.map((row, i) => row.map((x, j) => x - (tenths / 10) * rough[i]![j]!));
    const held = less.map((row, i) => row.map((x, j) => x + (i === j ? HOLD / 2 : 0)));
    if (isPositive(held)) return less;
  }
  return all.map((row) => [...row]);
}

/** Positive definite: it has a factor of Cholesky's. */
export function isPositive(matrix: readonly (readonly number[])[]): boolean {
  const factor: number[][] = [];
  for (const [i, row] of matrix.entries()) {
    const own: number[] = [];
    factor.push(own);
    for (let j = 0; j <= i; j++) {
      const other = factor[j]!;
      let left = row[j]!;
      for (let k = 0; k < j; k++) left -= own[k]! * other[k]!;
      if (j === i && !(left > 0)) return false;
      own.push(j === i ? Math.sqrt(left) : left / other[j]!);
    }
  }
  return true;
}
