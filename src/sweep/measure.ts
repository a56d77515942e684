import { UsageError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Format } from '../report/number.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { Interval95 } from '../stats/certainty.ts';
import { METRIC_NAMES, METRICS, type MetricName } from '../stats/metrics.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TOTALS, type TotalPath, totalOf } from '../stats/totals.ts';

/** A number of a run, by its name in thresholds and summary.json: `ttftMs.p95`, `goodput.share`. */
export interface Measure {
  readonly name: string;
  readonly title: string;
  /** Shares are 0 to 1, and percent in print. */
  readonly unit: string;
  readonly format: Format;
}

/** What a run had of it. */
export interface Reading {
  readonly value: number;
  /** Of this run alone; absent: there are too few values for one. */
  readonly interval95?: Interval95;
}

/**
 * The number that is meant by a name: a metric, whose unit may be left out, and a statistic of it (`ttft.p95`), or a
 * path of summary.json (`goodput.share`).
 * @throws UsageError for other names.
 */
export function measureOf(name: string, flag: string): Measure {
  if (Object.hasOwn(TOTALS, name)) {
    const { label, unit } = TOTALS[name as TotalPath];
    const format = unit === 'share' ? 'percent' : 'measure';
    return { name, title: label, unit, format };
  }
  const [first = '', statistic = '', ...rest] = name.split('.');
  const metric = metricOf(first);
  if (metric && rest.length === 0 && Object.hasOwn(STATISTICS, statistic)) {
    const { label, unit } = METRICS[metric];
    const title = `${label} ${statistic}`;
    return { name: `${metric}.${statistic}`, title, unit, format: 'measure' };
  }
  const names = [
    ...Object.keys(TOTALS),
    ...METRIC_NAMES.flatMap((one) => STATISTIC_NAMES.map((each) => `${shortOf(one)}.${each}`)),
  ];
  const near = nearest(name, names);
  throw new UsageError(
    `${flag}: found '${name}'${near === undefined ? '' : `; did you mean ${near}?`}; expected a metric and a statistic, as in ttft.p95 (metrics: ${METRIC_NAMES.map(shortOf).join(', ')}), or one of ${Object.keys(TOTALS).join(', ')}`,
  );
}

/** The metric that is called so, with or without its unit. */
export function metricOf(name: string): MetricName | undefined {
  return METRIC_NAMES.find((metric) => metric === name || shortOf(metric) === name);
}

/** `ttft` of `ttftMs`. */
function shortOf(metric: MetricName): string {
  return metric.replace(/Ms$/, '');
}

/** undefined: it was not measured. */
export function readingOf(name: string, summary: RunSummary): Reading | undefined {
  if (Object.hasOwn(TOTALS, name)) {
    const value = totalOf(summary, name as TotalPath);
    if (value === undefined) return undefined;
    const interval95 = name === 'goodput.share' ? summary.goodput?.shareInterval95 : undefined;
    return { value, ...(interval95 && { interval95 }) };
  }
  const [metric, statistic] = name.split('.') as [MetricName, StatisticName];
  const distribution = measuredOf(summary, metric);
  const value = distribution?.[statistic];
  if (value === undefined) return undefined;
  const interval95 = distribution?.certainty?.interval95[statistic];
  return { value, ...(interval95 && { interval95 }) };
}
