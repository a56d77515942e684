import { z } from 'zod';
import { MOST, spread } from './bounds.ts';

/** Numbers that have a probability each in memory. */
const ZIPF_MOST = 1_000_000;

const ranked = z.number().int().min(1).max(ZIPF_MOST);

const zipf = z.strictObject({
  distribution: z
    .literal('zipf')
    .describe('whole numbers, each k as often as k to the power of -alpha'),
  alpha: z.number().min(0).max(MOST.spread),
  min: ranked.default(1).describe('the least of them'),
  max: ranked
    .optional()
    .describe('the most: others are drawn again; may be left out where alpha is above 1'),
});

/**
 * A distribution of numbers from `least` to `most`, in the unit of the field that holds it. A bare number is a
 * constant. `min` and `max` bound the draws by clipping; `normal` is truncated by redrawing instead.
 */
export function distribution(most: number, least = 0) {
  const value = z.number().min(least).max(most);
  const drawn = z.number().nonnegative().max(most);
  const positive = z.number().positive().max(most);
  const bound = z.number().min(-most).max(most);
  const bounds = { min: bound.optional(), max: bound.optional() };
  return z
    .union([
      value,
      z.discriminatedUnion('distribution', [
        z.strictObject({ distribution: z.literal('constant'), value }),
        z.strictObject({
          distribution: z.literal('uniform'),
          min: drawn,
          max: value,
        }),
        z.strictObject({ distribution: z.literal('exponential'), mean: positive, ...bounds }),
        z.strictObject({
          distribution: z.literal('lognormal'),
          mean: positive,
          cv: spread.optional().describe('coefficient of variation; give cv or sigma'),
          sigma: spread.optional().describe('standard deviation of the logarithm'),
          ...bounds,
        }),
        z.strictObject({
          distribution: z.literal('gamma'),
          mean: positive,
          cv: spread.describe('coefficient of variation; 1 is exponential'),
          ...bounds,
        }),
        z.strictObject({
          distribution: z.literal('normal'),
          mean: bound,
          std: drawn,
          min: bound.default(0).describe('truncation from below'),
          max: bound.optional().describe('truncation from above'),
        }),
        zipf,
        z.strictObject({
          distribution: z.literal('data'),
          values: z.array(drawn).min(1).optional(),
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
      if (value.distribution === 'zipf' && value.max === undefined && value.alpha <= 1) {
        context.addIssue({
          code: 'custom',
          path: ['max'],
          message: 'missing; needed with an alpha of at most 1, which has no end',
        });
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
}

export type Distribution = z.infer<ReturnType<typeof distribution>>;
