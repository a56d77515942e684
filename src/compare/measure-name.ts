import { type Named, named } from '../stats/measure-name.ts';
import { METRICS } from '../stats/metrics.ts';
import { STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { TOTALS } from '../stats/totals.ts';
import { COMPARED_TOTALS, type ComparedTotal } from './better.ts';

/** A statistic that estimates something: not the one value at an end, nor the spread. */
export type ComparedStatistic = Exclude<StatisticName, 'std' | 'min' | 'max'>;

/** A number that is compared: of a metric, or of a whole run. */
export type Measure = Named<ComparedTotal, ComparedStatistic>;

/** Of each metric, in the table. */
export const STATISTICS_SHOWN = [
  'mean',
  'p50',
  'p95',
  'p99',
] as const satisfies readonly ComparedStatistic[];

const COMPARED_STATISTICS = (Object.keys(STATISTICS) as StatisticName[]).filter(
  (name): name is ComparedStatistic => !['std', 'min', 'max'].includes(name),
);

const COMPARED_TOTAL_NAMES = Object.keys(COMPARED_TOTALS) as ComparedTotal[];

/** `ttftMs.p95`, `goodput.share`: as in summary.json and thresholds. */
export function nameOf(measure: Measure): string {
  return 'total' in measure ? measure.total : `${measure.metric}.${measure.statistic}`;
}

/** `TTFT p95`, `goodput share`. */
export function labelOf(measure: Measure): string {
  if ('total' in measure) return TOTALS[measure.total].label;
  return `${METRICS[measure.metric].label} ${measure.statistic}`;
}

/** Milliseconds, tokens …; a share is 0 to 1. */
export function unitOf(measure: Measure): string {
  return 'total' in measure ? TOTALS[measure.total].unit : METRICS[measure.metric].unit;
}

/** @throws UsageError for names of no number that is compared. */
export function measureOf(name: string, flag: string): Measure {
  return named(name, { totals: COMPARED_TOTAL_NAMES, statistics: COMPARED_STATISTICS }, flag);
}
