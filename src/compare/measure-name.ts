import { UsageError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import { METRIC_NAMES, METRICS, type MetricName } from '../stats/metrics.ts';
import { STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { TOTALS } from '../stats/totals.ts';
import { COMPARED_TOTALS, type ComparedTotal } from './better.ts';

/** A statistic that estimates something: not the one value at an end, nor the spread. */
export type ComparedStatistic = Exclude<StatisticName, 'std' | 'min' | 'max'>;

/** A number that is compared: of a metric, or of a whole run. */
export type Measure =
  | { readonly metric: MetricName; readonly statistic: ComparedStatistic }
  | { readonly total: ComparedTotal };

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

/**
 * The number that is meant: a metric, whose unit may be left out, and a statistic (`ttft.p95`), or a number of a
 * run (`goodput.share`).
 * @throws UsageError for other names.
 */
export function measureOf(name: string, flag: string): Measure {
  if (Object.hasOwn(COMPARED_TOTALS, name)) return { total: name as ComparedTotal };
  const [first, statistic, ...rest] = name.split('.');
  const metric = METRIC_NAMES.find((one) => one === first || shortOf(one) === first);
  const known = COMPARED_STATISTICS.find((one) => one === statistic);
  if (metric && known && !rest.length) return { metric, statistic: known };
  const totals = Object.keys(COMPARED_TOTALS);
  const names = METRIC_NAMES.flatMap((one) =>
    COMPARED_STATISTICS.map((each) => `${shortOf(one)}.${each}`),
  );
  const near = nearest(name, [...totals, ...names]);
  throw new UsageError(
    `${flag}: found '${name}'${near === undefined ? '' : `; did you mean ${near}?`}; expected a metric and a statistic, as in ttft.p95 (metrics: ${METRIC_NAMES.map(shortOf).join(', ')}; statistics: ${COMPARED_STATISTICS.join(', ')}), or one of ${totals.join(', ')}`,
  );
}

/** `ttft` of `ttftMs`. */
function shortOf(metric: MetricName): string {
  return metric.replace(/Ms$/, '');
}
