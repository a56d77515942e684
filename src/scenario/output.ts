import { z } from 'zod';
import { everySec } from './bounds.ts';

/** What can be written of a run when it is over; export/exports.ts writes it. */
export const EXPORT_FORMATS = {
  csv: 'a row for every completed request, with the columns of multi-round-qa.py and ours',
  json: 'what summary.json holds, which is in the run folder in any case',
  figures: 'the pictures of the run as data, for any tool to draw',
  'planned-csv':
    'a row for every planned request, failed and never sent ones too; unknown is empty',
  parquet: 'the same rows for pandas, DuckDB and others, with the gaps between chunks',
  vllm: 'the result JSON of vllm bench serve --save-detailed (vLLM 0.33)',
  aiperf: "AIPerf's profile_export.jsonl: a line a request",
  'aiperf-summary': "AIPerf's profile_export_aiperf.json, which aiperf plot wants beside it",
  aibrix: "records of AIBrix's client: a line a request, with its target pod where it is kept",
  guidellm: "GuideLLM's benchmarks.json, with the requests (GuideLLM 0.8)",
  'llm-d': "llm-d-benchmark's benchmark report, v0.2",
  junit: 'thresholds as test cases, for any CI',
  prometheus: "metrics in Prometheus' text format, for node_exporter's textfile collector",
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
  certify: z
    .boolean()
    .optional()
    .describe(
      'find out how far off this client measures: by probes before the run, and one a second beside it; no probe in virtual time, where nothing is late',
    ),
  live: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe(
      'port of a page, on 127.0.0.1 alone, that shows the run while it goes on; 0: any that is free; default: no page',
    ),
  keepChunkGaps: z
    .boolean()
    .default(true)
    .describe('journal the gap before every chunk: exact ICL percentiles, about 6 bytes a chunk'),
  keepHeaders: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'headers of responses to journal, where they come: target-pod, request-id; default: none',
    ),
});
