import { leastSquares } from '../../attribution/least-squares.ts';
import { criticalValue } from '../../stats/intervals/student.ts';
import type { Estimate } from './fit.ts';
import type { LoadSeen, TierSeen } from './tier.ts';

/** What coming from below the GPU adds to a first token. */
export interface LoadCost {
  /** Whatever is loaded, milliseconds. */
  readonly fixedMs: Estimate;
  readonly tokenUs: Estimate;
  /** By these two of each length. */
  readonly points: readonly LoadPoint[];
}

export interface LoadPoint {
  readonly loadedTokens: number;
  readonly ms: number;
  /** What the rest of the prompt takes by itself. */
  readonly restMs: number;
}

const CONFIDENCE = 0.95;

/**
 * The time of a prompt that was loaded, less what it takes by the fitted constants, as a line over its loaded tokens.
 * @param restMs of a prompt that is on the GPU as far as it is cached
 */
export function loadCost(
  { loads }: TierSeen,
  restMs: (seen: LoadSeen) => number,
): LoadCost | undefined {
  const points = loads.flatMap((seen) => {
    const loadedTokens = seen.loadedTokens ?? seen.cachedTokens;
    return loadedTokens > 0 ? [{ loadedTokens, ms: seen.ms, restMs: restMs(seen) }] : [];
  });
  if (new Set(points.map(({ loadedTokens }) => loadedTokens)).size < 2) return undefined;
  const line = leastSquares(
    [new Float64Array(points.length).fill(1), Float64Array.from(points, (one) => one.loadedTokens)],
    Float64Array.from(points, ({ ms, restMs }) => ms - restMs),
    Float64Array.from(points, ({ ms }) => 1 / ms ** 2),
    Int32Array.from(points, (_, index) => index),
  );
  if (!line) return undefined;
  const t = criticalValue(CONFIDENCE, points.length - 2);
  const estimate = (at: number, scale: number): Estimate => {
    const value = line.coefficients[at]! * scale;
    const half = Math.max(t * line.standardErrors[at]! * scale, 0.005 * Math.abs(value));
    return {
      value: Math.max(0, value),
      low: Math.max(0, value - half),
      high: Math.max(0, value + half),
    };
  };
  return { fixedMs: estimate(0, 1), tokenUs: estimate(1, 1e3), points };
}
