import { z } from 'zod';
import { cap, someTokens } from '../../scenario/bounds.ts';
import { offloadSchema } from '../../scenario/offload.ts';

/** How the server was set up that a profile is of: fields of a scenario's `engine`, and what they mean there. */
export const serverSettingsSchema = z
  .strictObject({
    model: z.string(),
    blockTokens: someTokens,
    prefixCaching: z.boolean(),
    maxBatchedTokens: cap,
    maxSeqs: cap,
    maxModelTokens: cap,
    offload: offloadSchema,
  })
  .partial()
  .describe('how the server was set up; a scenario that says otherwise wins');

export type ServerSettings = z.infer<typeof serverSettingsSchema>;

const interval = z.tuple([z.number(), z.number()]);

/** Where the constants of a profile come from, and how well they are known. */
export const calibrationSchema = z.strictObject({
  by: z.string().describe('what was measured: probes of a server, or runs'),
  date: z.string().describe('ISO 8601'),
  confab: z.string().optional().describe('version that fitted it'),
  server: z.string().optional().describe('its address or name'),
  version: z.string().optional().describe("the engine's"),
  digest: z.string().optional().describe('of the probes, or of the journals'),
  requests: z.number().int().nonnegative().optional().describe('that the fit is of'),
  intervals: z
    .record(z.string(), interval)
    .default({})
    .describe('95 % interval of each constant that was fitted'),
  correlations: z
    .record(z.string(), z.record(z.string(), z.number().min(-1).max(1)))
    .optional()
    .describe(
      'of the errors of two constants, each pair once: what a fit knows of a sum better than of its parts; a pair that is not there has none',
    ),
  undetermined: z
    .array(z.string())
    .default([])
    .describe(
      'constants that what was measured does not determine; they are held near what they had',
    ),
  residuals: z
    .record(z.string(), z.number())
    .default({})
    .describe('relative error of what the fitted engine says, as in ttftMs.p50'),
});

export type Calibration = z.infer<typeof calibrationSchema>;
