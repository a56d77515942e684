import { z } from 'zod';
import { everySec } from './bounds.ts';

/** What can be written of a run when it is over; export/exports.ts writes it. */
export const EXPORT_FORMATS = {
  csv: 'a row for every completed request, with the columns of multi-round-qa.py and ours',
  json: 'what summary.json holds, which is in the run folder in any case',
  figures: 'the pictures of the run as data, for any tool to draw',
} as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

const exportSchema = z.strictObject({
  format: z.enum(Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]).describe(
    Object.entries(EXPORT_FORMATS)
      .map(([format, says]) => `${format}: ${says}`)
      .join('; '),
  ),
  file: z.string().optional().describe('default: in the run folder'),
});

export type ExportSetting = z.infer<typeof exportSchema>;

export const outputSchema = z.strictObject({
  dir: z.string().default('runs').describe('parent of the run folder'),
  exports: z.array(exportSchema).default([]).describe('files to write when the run is over'),
  logIntervalSec: everySec.default(30).describe('time between two interval summaries'),
  metricsEverySec: everySec
    .optional()
    .describe("keep the engine's /metrics page so often; before and after the run in any case"),
  keepChunkGaps: z
    .boolean()
    .default(true)
    .describe('journal the gap before every chunk: exact ICL percentiles, about 6 bytes a chunk'),
});
