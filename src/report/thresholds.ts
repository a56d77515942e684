import { at } from '../scenario/paths.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Limit } from '../scenario/thresholds.ts';
import { METRIC_NAMES } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf, type SummaryTotals } from '../stats/summary.ts';
import { TOTALS } from '../stats/totals.ts';

export type Thresholds = Scenario['thresholds'];

/** A limit of the scenario, and whether the run kept it. */
export interface ThresholdVerdict {
  /** `maxErrorRate`, a metric and a statistic of it, as `ttftMs.p95`, or a number of the run, as `goodput.share`. */
  readonly name: string;
  /** Accepted from here on, and up to here; one of them at least. */
  readonly min?: number;
  readonly max?: number;
  /** What was measured; absent: nothing, or too few values. */
  readonly found?: number;
  /** Why there is nothing found. */
  readonly lacks?: string;
  /** What was not measured is not kept. */
  readonly isKept: boolean;
}

/** As in summary.json, where `TOTALS` has its paths. */
export type Measured = Pick<SummaryTotals, 'counts' | 'distributions' | 'conversations'>;

/** One for each limit of the scenario: in the order of the metrics, then of the numbers of a run. */
export function verdictsOf(thresholds: Thresholds, summary: Measured): ThresholdVerdict[] {
  const verdicts: ThresholdVerdict[] = [];
  const check = (name: string, found: number | string, limit: Limit | undefined): void => {
    if (limit !== undefined) verdicts.push(verdict(name, found, limit));
  };
  check('maxErrorRate', summary.counts.errorRate ?? 0, thresholds.maxErrorRate);
  for (const metric of METRIC_NAMES) {
    const measured = measuredOf(summary, metric);
    for (const name of STATISTIC_NAMES) {
      check(`${metric}.${name}`, foundOf(measured, name), thresholds[metric]?.[name]);
    }
  }
  for (const path of Object.keys(TOTALS)) {
    const names = path.split('.');
    const found = at(names, summary) as number | undefined;
    check(path, found ?? 'nothing measured', at(names, thresholds) as Limit | undefined);
  }
  return verdicts;
}

/** One line for each limit that was not kept. */
export function exceeded(verdicts: readonly ThresholdVerdict[]): string[] {
  return verdicts.filter(({ isKept }) => !isKept).map(verdictText);
}

export function verdictText(verdict: ThresholdVerdict): string {
  const { name, found, lacks } = verdict;
  return `${name}: found ${found ?? lacks}; accepted ${acceptedText(verdict)}`;
}

function verdict(name: string, found: number | string, limit: Limit): ThresholdVerdict {
  const range = typeof limit === 'number' ? { max: limit } : limit;
  if (typeof found === 'string') return { name, ...range, lacks: found, isKept: false };
  const { min = -Infinity, max = Infinity } = range;
  return { name, ...range, found, isKept: found >= min && found <= max };
}

function foundOf(measured: Distribution | undefined, name: StatisticName): number | string {
  if (!measured) return 'nothing measured';
  return measured[name] ?? `${measured.count} values, of ${STATISTICS[name].countMin} needed`;
}

function acceptedText({ min, max }: Pick<ThresholdVerdict, 'min' | 'max'>): string {
  if (min === undefined) return `up to ${max}`;
  return max === undefined ? `from ${min}` : `from ${min} to ${max}`;
}
