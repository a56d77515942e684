import type { Scenario } from '../scenario/schema.ts';
import { METRIC_NAMES } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import type { RunSummary } from './run-summary.ts';

/** One line for each limit of the scenario that the run did not keep. What was not measured fails too. */
export function exceeded(thresholds: Scenario['thresholds'], summary: RunSummary): string[] {
  const lines: string[] = [];
  const check = (name: string, found: number | string, limit: number | undefined): void => {
    if (limit === undefined || (typeof found === 'number' && found <= limit)) return;
    lines.push(`${name}: found ${found}; accepted up to ${limit}`);
  };
  check('maxErrorRate', summary.counts.errorRate ?? 0, thresholds.maxErrorRate);
  for (const metric of METRIC_NAMES) {
    const measured = measuredOf(summary, metric);
    for (const name of STATISTIC_NAMES) {
      check(`${metric}.${name}`, foundOf(measured, name), thresholds[metric]?.[name]);
    }
  }
  return lines;
}

function foundOf(measured: Distribution | undefined, name: StatisticName): number | string {
  if (!measured) return 'nothing measured';
  return measured[name] ?? `${measured.count} values, of ${STATISTICS[name].countMin} needed`;
}
