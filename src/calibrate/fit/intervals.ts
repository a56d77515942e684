import { criticalValue } from '../../stats/intervals/student.ts';
import type { Plane } from './plane.ts';
import { type Bounds, dot, HOLD, solved } from './solve.ts';

const CONFIDENCE = 0.95;
/** Of its scale, to either side: a constant that is known no better is not determined. */
const UNKNOWN = 1;

export interface Known {
  /** 95 %; undefined: what was measured does not determine it. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

/**
 * How well each parameter of a solution is known: V = A (sum over clusters of s s' G / (G - 1) + hold) A with
 * A = (information + hold)^-1 and s = J'W r of each of G clusters (Liang and Zeger 1986), with Student's t of the
 * clusters; and not better than A times the squares that are left of each cluster (quasi-likelihood: McCullagh and Nelder
 * 1989), as if all that was seen of one were one residual, nor than A.
 */
export function intervalsOf(
  point: readonly number[],
  { residuals, columns, information }: Plane,
  bounds: readonly Bounds[],
): Known[] {
  const { values, weights, clusters } = residuals;
  const held = information.map((row, i) => row.map((x, j) => x + (i === j ? HOLD : 0)));
  const inverse = held.map((_, i) =>
    solved(
      held,
      held.map((_row, j) => (i === j ? 1 : 0)),
    ),
  );
  const scores = new Map<number, number[]>();
  for (let row = 0; row < values.length; row++) {
    const score = weights[row]! * values[row]!;
    const sum = scores.get(clusters[row]!) ?? columns.map(() => 0);
    columns.forEach((column, j) => {
      sum[j]! += score * column[row]!;
    });
    scores.set(clusters[row]!, sum);
  }
  const count = Math.max(2, scores.size);
  const left = Math.max(1, dot(values, values, weights) / count);
  const errors = criticalValue(CONFIDENCE, count - 1);
  return columns.map((_, i) => {
    const own = inverse[i]!;
    let between = 0;
    for (const sum of scores.values()) {
      between += own.reduce((all, value, j) => all + value * sum[j]!, 0) ** 2;
    }
    const hold = HOLD * own.reduce((sum, x) => sum + x * x, 0);
    const variance = Math.max(left * own[i]!, (between * count) / (count - 1) + hold);
    const half = errors * Math.sqrt(variance);
    const { scale, min, max } = bounds[i]!;
    if (!(half < UNKNOWN)) return { interval: undefined };
    const low = Math.max(min, point[i]! - half * scale);
    return { interval: [low, Math.min(max, point[i]! + half * scale)] as const };
  });
}
