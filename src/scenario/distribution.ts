import { z } from 'zod';

const positive = z.number().positive();
const bounds = { min: z.number().optional(), max: z.number().optional() };

/**
 * A distribution of numbers >= 0, in the unit of the field that holds it. A bare number is a constant.
 * `min` and `max` bound the draws by clipping; `normal` is truncated by redrawing instead.
 */
export const distributionSchema = z
  .union([
    z.number().nonnegative(),
    z.discriminatedUnion('distribution', [
      z.strictObject({ distribution: z.literal('constant'), value: z.number().nonnegative() }),
      z.strictObject({
        distribution: z.literal('uniform'),
        min: z.number().nonnegative(),
        max: z.number().nonnegative(),
      }),
      z.strictObject({ distribution: z.literal('exponential'), mean: positive, ...bounds }),
      z.strictObject({
        distribution: z.literal('lognormal'),
        mean: positive,
        cv: positive.optional().describe('coefficient of variation; give cv or sigma'),
        sigma: positive.optional().describe('standard deviation of the logarithm'),
        ...bounds,
      }),
      z.strictObject({
        distribution: z.literal('gamma'),
        mean: positive,
        cv: positive.describe('coefficient of variation; 1 is exponential'),
        ...bounds,
      }),
      z.strictObject({
        distribution: z.literal('normal'),
        mean: z.number(),
        std: z.number().nonnegative(),
        min: z.number().default(0).describe('truncation from below'),
        max: z.number().optional().describe('truncation from above'),
      }),
      z.strictObject({
        distribution: z.literal('data'),
        values: z.array(z.number().nonnegative()).min(1).optional(),
        file: z.string().optional().describe('one number a line, or a JSON array of numbers'),
      }),
    ]),
  ])
  .superRefine((value, context) => {
    if (typeof value === 'number') return;
    if (
      value.distribution === 'lognormal' &&
      (value.cv === undefined) === (value.sigma === undefined)
    ) {
      context.addIssue({ code: 'custom', message: 'give exactly one of cv and sigma' });
    }
    if (
      value.distribution === 'data' &&
      (value.values === undefined) === (value.file === undefined)
    ) {
      context.addIssue({ code: 'custom', message: 'give exactly one of values and file' });
    }
    if ('min' in value && 'max' in value && value.min !== undefined && value.max !== undefined) {
      if (value.min > value.max)
        context.addIssue({ code: 'custom', message: 'min must be <= max' });
    }
  });

export type Distribution = z.infer<typeof distributionSchema>;
