import { z } from 'zod';

export const outputSchema = z.strictObject({
  dir: z.string().default('runs').describe('parent of the run folder'),
  csv: z.string().optional().describe('also write the multi-round-qa CSV here'),
  logIntervalSec: z.number().positive().default(30),
  metricsEverySec: z
    .number()
    .positive()
    .optional()
    .describe("keep the engine's /metrics page so often; before and after the run in any case"),
  keepChunkGaps: z
    .boolean()
    .default(true)
    .describe('journal the gap before every chunk: exact ICL percentiles, about 6 bytes a chunk'),
});
