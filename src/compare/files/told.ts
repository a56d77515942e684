import type { MetricName } from '../../stats/metrics.ts';
import type { ComparedStatistic } from '../measure-name.ts';

/** Numbers by name, as `ttftMs.p95`, of those that are there. */
export function toldOf(
  metric: MetricName,
  statistics: Readonly<Partial<Record<ComparedStatistic, unknown>>>,
  factor = 1,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(statistics).flatMap(([name, value]) =>
      typeof value === 'number' ? [[`${metric}.${name}`, value * factor]] : [],
    ),
  );
}
