import { errorText } from '../base/errors.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { Run } from '../record/run-folder.ts';
import type { RunSummary } from '../report/run-summary.ts';
import type { ExportFormat } from '../scenario/output.ts';
import { type CsvColumn, writeMultiRoundQaCsv } from './csv.ts';
import { figuresJson } from './figures-json.ts';
import { summaryJson } from './summary-json.ts';

/** What an export is made of: all that is known of a run that is over. */
export interface Exportable {
  /** The run folder. */
  readonly dir: string;
  readonly run: Run;
  readonly summary: RunSummary;
  /** Columns to come last in a CSV. */
  readonly csvColumns?: readonly CsvColumn[] | undefined;
}

export interface Export {
  /** Its name in the run folder, where the scenario gives it no other place. */
  readonly file: string;
  /** @throws Error if the file cannot be written. */
  write(run: Exportable, path: string): void | Promise<void>;
}

/** How each format is written; what is in it is said beside its name, in scenario/output.ts. */
export const EXPORTS = {
  csv: {
    file: 'requests.csv',
    write: ({ run, csvColumns }, path) => {
      writeMultiRoundQaCsv(path, run, csvColumns);
    },
  },
  json: {
    file: 'summary.json',
    write: ({ summary }, path) => write(path, summaryJson(summary)),
  },
  figures: {
    file: 'figures.json',
    write: ({ run, summary }, path) => write(path, figuresJson(run, summary)),
  },
} satisfies Record<ExportFormat, Export>;

function write(path: string, text: string): void {
  try {
    writeWhole(path, [text]);
  } catch (error) {
    throw new Error(`cannot write ${path}: ${errorText(error)}`);
  }
}
