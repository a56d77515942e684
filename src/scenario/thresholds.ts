import { z } from 'zod';
import { definitionOf, headingOf, METRIC_NAMES, type MetricName } from '../stats/metrics.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';

const limitsSchema = z
  .strictObject(
    record(STATISTIC_NAMES, (name: StatisticName) =>
      z.number().positive().optional().describe(STATISTICS[name].says),
    ),
  )
  .meta({ id: 'limits' });

/** Limits that make the exit code 1 when they are exceeded. */
export const thresholdsSchema = z.strictObject({
  maxErrorRate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('exit code 1 above this share of failed requests: failed / (completed + failed)'),
  ...record(METRIC_NAMES, (name: MetricName) =>
    limitsSchema.optional().describe(`${headingOf(name)}: ${definitionOf(name)}`),
  ),
});

function record<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
