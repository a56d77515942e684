import { criticalValue } from '../../stats/intervals/student.ts';
import { type Bounds, dot, HOLD, type Solution, solved } from './solve.ts';

const CONFIDENCE = 0.95;
/** Of its scale: a constant that is known no better is not determined. */
const UNKNOWN = 0.5;

export interface Known {
  /** 95 %; undefined: what was measured does not determine it. */
  readonly interval: readonly [low: number, high: number] | undefined;
}

/**
 * How well each parameter of a solution is known: V = A (sum over clusters of s s') A with A = (J'WJ + hold)^-1 and
 * s = J'W r of a cluster (Liang and Zeger 1986), with Student's t of the clusters; and not better than A itself, as if
 * every residual were on its own.
 */
export function intervalsOf(
  { point, residuals, columns }: Solution,
  bounds: readonly Bounds[],
): Known[] {
  const { values, weights, clusters } = residuals;
  const matrix = columns.map((a, i) =>
    columns.map((b, j) => dot(a, b, weights) + (i === j ? HOLD : 0)),
  );
  const inverse = columns.map((_, i) =>
    solved(
      matrix,
      columns.map((_, j) => (i === j ? 1 : 0)),
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
  const errors = criticalValue(CONFIDENCE, count - 1);
  return columns.map((_, i) => {
    const own = inverse[i]!;
    let between = 0;
    for (const sum of scores.values()) {
      between += own.reduce((all, value, j) => all + value * sum[j]!, 0) ** 2;
    }
    const variance = Math.max(own[i]!, (between * count) / (count - 1));
    const half = errors * Math.sqrt(variance);
    const { scale, min, max } = bounds[i]!;
    if (!(half < UNKNOWN * 2)) return { interval: undefined };
    const low = Math.max(min, point[i]! - half * scale);
    return { interval: [low, Math.min(max, point[i]! + half * scale)] as const };
  });
}
