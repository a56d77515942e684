import { errorText } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { Run } from '../record/run-folder.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { ExportFormat } from '../scenario/output.ts';
import { wholeRunOf } from '../stats/summary.ts';
import type { TextOf } from './aibrix.ts';
import type { CsvColumn } from './csv.ts';

/** What an export is made of: all that is known of a run that is over. */
export interface Exportable {
  readonly run: Run;
  readonly summary: RunSummary;
  /** Columns to come last in a CSV. */
  readonly csvColumns?: readonly CsvColumn[] | undefined;
  /** Texts and sessions of requests, which no journal has. */
  readonly textOf?: TextOf | undefined;
}

export interface Export {
  /** Its name in the run folder, where the scenario gives it no other place. */
  readonly file: string;
  /** @throws Error if the file cannot be written. */
  write(run: Exportable, path: string): Promise<void>;
}

/**
 * How each format is written; what is in it is said beside its name, in scenario/output.ts. What writes it is loaded
 * when the run is over, and not before the first request.
 */
export const EXPORTS = {
  csv: {
    file: 'requests.csv',
    async write({ run, csvColumns }, path) {
      const { writeMultiRoundQaCsv } = await import('./csv.ts');
      writeMultiRoundQaCsv(path, run, csvColumns);
    },
  },
  json: text('summary.json', async ({ summary }) => {
    const { summaryJson } = await import('./summary-json.ts');
    return summaryJson(summary);
  }),
  figures: text('figures.json', async ({ run, summary }) => {
    const { figuresJson } = await import('./figures-json.ts');
    return figuresJson(run, summary);
  }),
  'planned-csv': by('planned.csv', async ({ run }, path) => {
    (await import('./planned-csv.ts')).writePlannedCsv(path, run);
  }),
  parquet: by('planned.parquet', async ({ run }, path) => {
    (await import('./planned-parquet.ts')).writePlannedParquet(path, run);
  }),
  vllm: by('vllm-bench.json', async ({ run, summary }, path) => {
    (await import('./vllm.ts')).writeVllm(path, run, whole(summary));
  }),
  aiperf: by('profile_export.jsonl', async ({ run }, path) => {
    (await import('./aiperf.ts')).writeAiperfRecords(path, run);
  }),
  'aiperf-summary': text('profile_export_aiperf.json', async ({ summary }) => {
    const { aiperfSummary } = await import('./aiperf.ts');
    return aiperfSummary(whole(summary));
  }),
  aibrix: by('aibrix-client.jsonl', async ({ run, summary, textOf }, path) => {
    (await import('./aibrix.ts')).writeAibrix(path, run, summary.run.isStreamed ?? true, textOf);
  }),
  guidellm: by('guidellm-benchmarks.json', async ({ run, summary }, path) => {
    (await import('./guidellm.ts')).writeGuidellm(path, run, whole(summary));
  }),
  'llm-d': text('benchmark_report_v0.2.yaml', async ({ run, summary }) => {
    const { llmdReport } = await import('./llm-d.ts');
    return llmdReport(run, whole(summary));
  }),
  junit: text('junit.xml', async ({ summary }) => {
    const { junitXml } = await import('./junit.ts');
    return junitXml(summary);
  }),
  prometheus: text('confab.prom', async ({ summary }) => {
    const { prometheusText } = await import('./prometheus.ts');
    return prometheusText(summary);
  }),
} satisfies Record<ExportFormat, Export>;

/** For files that have every request in them: nothing is left out of what they sum up to. */
function whole(summary: RunSummary): RunSummary {
  return { ...summary, distributions: wholeRunOf(summary) };
}

/** A format that is one text. */
function text(file: string, of: (run: Exportable) => Promise<string>): Export {
  return by(file, async (run, path) => writeWhole(path, [await of(run)]));
}

/** The error names the file. */
function by(file: string, write: Export['write']): Export {
  return {
    file,
    async write(run, path) {
      try {
        await write(run, path);
      } catch (error) {
        throw new Error(`cannot write ${path}: ${errorText(error)}`);
      }
    },
  };
}
