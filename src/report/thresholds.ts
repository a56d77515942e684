import { at } from '../scenario/paths.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Limit } from '../scenario/thresholds.ts';
import { METRIC_NAMES } from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TOTALS } from '../stats/totals.ts';
import type { RunSummary } from './run-summary.ts';

/** One line for each limit of the scenario that the run did not keep. What was not measured fails too. */
export function exceeded(thresholds: Scenario['thresholds'], summary: RunSummary): string[] {
  const lines: string[] = [];
  const check = (name: string, found: number | string, limit: Limit | undefined): void => {
    if (limit === undefined) return;
    const { min = -Infinity, max = Infinity } = typeof limit === 'number' ? { max: limit } : limit;
    if (typeof found !== 'number' || found > max || found < min) {
      lines.push(`${name}: found ${found}; accepted ${acceptedText({ min, max })}`);
    }
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
  return lines;
}

function foundOf(measured: Distribution | undefined, name: StatisticName): number | string {
  if (!measured) return 'nothing measured';
  return measured[name] ?? `${measured.count} values, of ${STATISTICS[name].countMin} needed`;
}

function acceptedText({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min === -Infinity) return `up to ${max}`;
  return max === Infinity ? `from ${min}` : `from ${min} to ${max}`;
}
