import { z } from 'zod';
import type { Certainty, Interval95 } from '../stats/intervals/certainty.ts';
import { POPULATIONS } from '../stats/metric.ts';
import * as metrics from '../stats/metrics.ts';
import type { Distribution } from '../stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS } from '../stats/statistics.ts';

/** A field for every key of the type: it does not compile when one is forgotten. */
type Fields<T> = { readonly [Key in keyof T]-?: z.ZodType<T[Key]> };

export const object = <T>(fields: Fields<T>) => z.strictObject(fields) as unknown as z.ZodType<T>;
export const text = (says?: string) => described(z.string(), says);
export const number = (says?: string) => described(z.number(), says);
export const count = (says?: string) => described(z.int().nonnegative(), says);
export const share = (says?: string) => described(z.number().min(0).max(1), says);

/** In memory an end that is not known is infinite, which JSON writes as null. */
export const interval95 = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .describe(
    'where the true value lies with a confidence of 95 %; null: nothing is known of that end',
  ) as unknown as z.ZodType<Interval95>;

/** The statistics that estimate something. */
const ESTIMATES = STATISTIC_NAMES.filter((name) => !['std', 'min', 'max'].includes(name));

const certainty = object<Certainty>({
  effectiveCount: number('so many independent values would tell as much about the mean'),
  interval95: z.strictObject(named(ESTIMATES, () => interval95.optional())),
  tooFew: z
    .array(z.enum(STATISTIC_NAMES))
    .optional()
    .describe('statistics for whose interval there are too few values: n (1 - p) < 10'),
}).meta({ id: 'certainty' });

export const distribution = z
  .strictObject({
    count: count('values'),
    ...named(STATISTIC_NAMES, (name) => {
      const { says, countMin } = STATISTICS[name];
      return countMin === 1
        ? number(says)
        : number(`${says}; from ${countMin} values on`).optional();
    }),
    certainty: certainty.optional().describe('autocorrelation counted'),
  })
  .meta({ id: 'distribution' }) as unknown as z.ZodType<Distribution>;

export function measured(name: metrics.MetricName) {
  const { over } = metrics.METRICS[name];
  const says = `${metrics.headingOf(name)}, of ${POPULATIONS[over].says}: ${metrics.definitionOf(name)}`;
  return distribution.optional().describe(says);
}

function described<Schema extends z.ZodType>(schema: Schema, says: string | undefined): Schema {
  return says === undefined ? schema : schema.describe(says);
}

export function named<Name extends string, Value>(
  names: readonly Name[],
  of: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}
