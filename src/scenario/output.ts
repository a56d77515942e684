import { z } from 'zod';

const statistic = z.partialRecord(
  z.enum(['mean', 'p50', 'p90', 'p95', 'p99', 'max']),
  z.number().positive(),
);

/** Limits that make the exit code 1 when they are exceeded. */
export const thresholdsSchema = z.strictObject({
  maxErrorRate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('exit code 1 above this share of failed requests: failed / (completed + failed)'),
  ttftMs: statistic.optional(),
  tpotMs: statistic.optional(),
  latencyMs: statistic.optional(),
});

export const outputSchema = z.strictObject({
  dir: z.string().default('runs').describe('parent of the run folder'),
  csv: z.string().optional().describe('also write the multi-round-qa CSV here'),
  logIntervalSec: z.number().positive().default(30).describe('time between two interval summaries'),
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
