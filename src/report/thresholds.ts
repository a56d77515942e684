import type { Scenario } from '../scenario/schema.ts';
import { METRIC_NAMES } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf, type SummaryTotals } from '../stats/summary.ts';

export type Thresholds = Scenario['thresholds'];

/** A limit of the scenario, and whether the run kept it. */
export interface ThresholdVerdict {
  /** `maxErrorRate`, or a metric and a statistic of it, as `ttftMs.p95`. */
  readonly name: string;
  /** Accepted up to here. */
  readonly max: number;
  /** What was measured; absent: nothing, or too few values. */
  readonly found?: number;
  /** Why there is nothing found. */
  readonly lacks?: string;
  /** What was not measured is not kept. */
  readonly isKept: boolean;
}

type Measured = Pick<SummaryTotals, 'counts' | 'distributions' | 'conversations'>;

/** One for each limit of the scenario, in the order of the metrics. */
export function verdictsOf(thresholds: Thresholds, measured: Measured): ThresholdVerdict[] {
  const { maxErrorRate } = thresholds;
  const limits: [name: string, found: number | string, max: number | undefined][] = [
    ['maxErrorRate', measured.counts.errorRate ?? 0, maxErrorRate],
  ];
  for (const metric of METRIC_NAMES) {
    const distribution = measuredOf(measured, metric);
    for (const name of STATISTIC_NAMES) {
      limits.push([`${metric}.${name}`, foundOf(distribution, name), thresholds[metric]?.[name]]);
    }
  }
  return limits.flatMap(([name, found, max]) =>
    max === undefined ? [] : [verdict(name, found, max)],
  );
}

/** One line for each limit that was not kept. */
export function exceeded(verdicts: readonly ThresholdVerdict[]): string[] {
  return verdicts.filter(({ isKept }) => !isKept).map(verdictText);
}

export function verdictText({ name, found, lacks, max }: ThresholdVerdict): string {
  return `${name}: found ${found ?? lacks}; accepted up to ${max}`;
}

function verdict(name: string, found: number | string, max: number): ThresholdVerdict {
  if (typeof found === 'string') return { name, max, lacks: found, isKept: false };
  return { name, max, found, isKept: found <= max };
}

function foundOf(measured: Distribution | undefined, name: StatisticName): number | string {
  if (!measured) return 'nothing measured';
  return measured[name] ?? `${measured.count} values, of ${STATISTICS[name].countMin} needed`;
}
