import { standardNormal, stream } from '../base/random.ts';
import { asWhole, type Drawn, type Intervals } from './draws.ts';

/** Of the errors of two constants, -1 to 1; a pair stands once, and one that does not has none. */
export type Correlations = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Standard deviations from the middle to the end of an interval of 95 %. */
const SIGMAS = 1.96;
/** Tries to find all constants within their intervals. */
const TRIES = 500;

/**
 * Draws of constants whose errors go together: a normal distribution of all of them about the profile's values, cut off
 * at the ends of their intervals. What a fit knows of a sum of constants better than of each is known of every draw.
 * @param centre the profile's own values
 */
export function drawnTogether(
  intervals: Intervals,
  correlations: Correlations,
  centre: Drawn,
  count: number,
): Drawn[] {
  const names = Object.keys(intervals);
  const factor = factorOf(names.map((a) => names.map((b) => correlation(correlations, a, b))));
  const rng = stream('twin', 'together', count);
  return Array.from({ length: count }, () => {
    let drawn: Drawn = {};
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const normals = names.map(() => standardNormal(rng));
      drawn = Object.fromEntries(
        names.map((name, row) => {
          const [low, high] = intervals[name]!;
          const middle = centre[name] ?? (low + high) / 2;
          const sigma = Math.max(high - middle, middle - low) / SIGMAS;
          const z = normals.reduce((sum, one, column) => sum + factor[row]![column]! * one, 0);
          return [name, middle + sigma * z];
        }),
      );
      if (names.every((name) => isWithin(drawn[name]!, intervals[name]!))) break;
    }
    return Object.fromEntries(
      names.map((name) => [name, asWhole(name, kept(drawn[name]!, intervals[name]!))]),
    );
  });
}

function correlation(of: Correlations, a: string, b: string): number {
  return a === b ? 1 : (of[a]?.[b] ?? of[b]?.[a] ?? 0);
}

function isWithin(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}

function kept(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value));
}

/** Cholesky's lower triangle. A matrix that is no correlation but for its last digits is made one. */
function factorOf(matrix: readonly (readonly number[])[]): number[][] {
  for (let ridge = 0; ; ridge = ridge ? 10 * ridge : 1e-10) {
    const found = cholesky(
      matrix.map((row, i) => row.map((value, j) => (i === j ? 1 : value / (1 + ridge)))),
    );
    if (found) return found;
  }
}

function cholesky(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const lower: number[][] = matrix.map(() => matrix.map(() => 0));
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!;
      if (i !== j) lower[i]![j] = rest / lower[j]![j]!;
      else if (rest > 0) lower[i]![i] = Math.sqrt(rest);
      else return undefined;
    }
  }
  return lower;
}
