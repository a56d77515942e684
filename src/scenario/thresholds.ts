import { z } from 'zod';
import {
  definitionOf,
  headingOf,
  METRIC_NAMES,
  type MetricName,
  REQUEST_METRICS,
  type RequestMetricName,
} from '../stats/metrics.ts';
import { STATISTIC_NAMES, STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { TOTALS, type TotalPath } from '../stats/totals.ts';

/** At most so much; or no less, no more, or both. */
const limitSchema = z
  .union([
    z.number().positive(),
    z
      .strictObject({
        min: z.number().nonnegative().optional(),
        max: z.number().nonnegative().optional(),
      })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'give min, max or both')
      .refine(({ min = 0, max = Infinity }) => min <= max, 'min must be <= max'),
  ])
  .meta({ id: 'limit', description: 'a number: at most that; or { min, max }' });

export type Limit = z.infer<typeof limitSchema>;

const limitsSchema = z
  .strictObject(
    record(STATISTIC_NAMES, (name: StatisticName) =>
      limitSchema.optional().describe(STATISTICS[name].says),
    ),
  )
  .meta({ id: 'limits' });

/** Limits on numbers of a whole run, at their places in summary.json. */
export interface TotalLimits {
  readonly [name: string]: Limit | TotalLimits | undefined;
}

/** Limits that make the exit code 1 when they are not kept. */
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
  ...totalsUnder('').fields,
});

/** What makes a request a good one: limits on its own values. */
export const sloSchema = z
  .strictObject(
    record(REQUEST_METRICS, (name: RequestMetricName) =>
      limitSchema.optional().describe(`${headingOf(name)}: ${definitionOf(name)}`),
    ),
  )
  .refine((slo) => Object.values(slo).some((limit) => limit !== undefined), 'limits nothing')
  .meta({ id: 'slo' });

export type Slo = z.infer<typeof sloSchema>;

/** The fields that the paths of the totals begin with, below this one. */
function totalsUnder(prefix: string): {
  readonly fields: Record<string, z.ZodType<Limit | TotalLimits | undefined>>;
} {
  const paths = (Object.keys(TOTALS) as TotalPath[]).filter((path) => path.startsWith(prefix));
  const names = new Set(paths.map((path) => path.slice(prefix.length).split('.')[0]!));
  return {
    fields: record([...names], (name) => {
      const path = prefix + name;
      return path in TOTALS
        ? limitSchema.optional().describe(TOTALS[path as TotalPath].says)
        : z.strictObject(totalsUnder(`${path}.`).fields).optional();
    }),
  };
}

function record<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
