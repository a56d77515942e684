import { moments } from '../stats/exact.ts';
import type { Interval95 } from '../stats/intervals/certainty.ts';
import { criticalValue } from '../stats/intervals/student.ts';
import type { Reading } from './measure.ts';
import type { JobResult } from './play-point.ts';
import type { Coordinate, Point } from './points.ts';

/** A number over the runs of a point. */
export interface Spread {
  /** The mean of the runs. */
  readonly value: number;
  /** Of several runs, as they differ from each other; of one, as it says of itself; absent: not known. */
  readonly interval95?: Interval95;
  readonly runs: number;
}

export interface PointSummary {
  readonly coordinates: readonly Coordinate[];
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  /** Of the first request that failed. */
  readonly reason?: string;
  /** Runs in which every limit was kept. */
  readonly within: number;
  /** By the names of measures; unknown ones are absent. */
  readonly readings: Readonly<Record<string, Spread>>;
}

/** One a point that has been played, in the order of the grid. `results` are those of jobsOf, as far as they go. */
export function summariesOf(
  points: readonly Point[],
  repeats: number,
  results: readonly JobResult[],
  measures: readonly string[],
): PointSummary[] {
  return points.flatMap(({ coordinates }, place) => {
    const runs = results.slice(place * repeats, (place + 1) * repeats);
    return runs.length > 0 ? [summaryOf(coordinates, runs, measures)] : [];
  });
}

/** @param runs of one point: one at least. */
export function summaryOf(
  coordinates: readonly Coordinate[],
  runs: readonly JobResult[],
  measures: readonly string[],
): PointSummary {
  const sum = (of: (run: JobResult) => number) => runs.reduce((all, run) => all + of(run), 0);
  const reason = runs.find((run) => run.reason !== undefined)?.reason;
  const readings = measures.flatMap((name): [string, Spread][] => {
    const spread = spreadOf(runs.flatMap(({ readings }) => readings[name] ?? []));
    return spread ? [[name, spread]] : [];
  });
  return {
    coordinates,
    runs: runs.length,
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    ...(reason !== undefined && { reason }),
    within: sum(({ exceeded, completed }) => (exceeded.length === 0 && completed > 0 ? 1 : 0)),
    readings: Object.fromEntries(readings),
  };
}

function spreadOf(readings: readonly Reading[]): Spread | undefined {
  const [first] = readings;
  if (!first) return undefined;
  const runs = readings.length;
  if (runs === 1) return { ...first, runs };
  const { mean, std } = moments(Float64Array.from(readings, ({ value }) => value));
  const halfWidth = (criticalValue(0.95, runs - 1) * std!) / Math.sqrt(runs);
  return { value: mean, interval95: [mean - halfWidth, mean + halfWidth], runs };
}
