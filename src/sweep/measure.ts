import type { Format } from '../report/number.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { Interval95 } from '../stats/intervals/certainty.ts';
import { named } from '../stats/measure-name.ts';
import { METRICS, type MetricName } from '../stats/metrics.ts';
import { STATISTIC_NAMES, type StatisticName } from '../stats/statistics.ts';
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

const NAMEABLE = { totals: Object.keys(TOTALS) as TotalPath[], statistics: STATISTIC_NAMES };

/** @throws UsageError for names of no number of a run. */
export function measureOf(name: string, flag: string): Measure {
  const one = named(name, NAMEABLE, flag);
  if ('total' in one) {
    const { label, unit } = TOTALS[one.total];
    const format = unit === 'share' ? 'percent' : 'measure';
    return { name, title: label, unit, format };
  }
  const { metric, statistic } = one;
  const { label, unit } = METRICS[metric];
  const title = `${label} ${statistic}`;
  return { name: `${metric}.${statistic}`, title, unit, format: 'measure' };
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
