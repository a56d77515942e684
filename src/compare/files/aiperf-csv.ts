import { CsvError, parse } from 'csv-parse/sync';
import { UsageError } from '../../base/errors.ts';
import type { ComparedRun } from '../compared-run.ts';
import { aiperfSummaryRun } from './aiperf.ts';

const HEAD = 'Metric,avg,';

/** Whether a file that begins so is AIPerf's `profile_export_aiperf.csv`. */
export function isAiperfCsv(firstLine: string): boolean {
  return firstLine.startsWith(HEAD);
}

/**
 * The same numbers as its JSON has, under the metrics' titles: a table of statistics, one of single values, and tables
 * of GPUs, which are left out.
 * @throws UsageError for what is no CSV.
 */
export function aiperfCsvRun(path: string, text: string): ComparedRun {
  const json: Record<string, Record<string, number>> = {};
  let columns: readonly string[] = [];
  for (const row of rowsOf(path, text)) {
    const [first = '', ...cells] = row;
    if (!TITLED.includes(row[1] ?? '') || first !== 'Metric') {
      if (columns.length === 0) continue;
      const values = columns.flatMap((name, index): [string, number][] => {
        const cell = cells[index] ?? '';
        return cell === '' || !Number.isFinite(Number(cell)) ? [] : [[name, Number(cell)]];
      });
      if (values.length > 0) json[keyOf(first)] = Object.fromEntries(values);
    } else columns = row[1] === 'Value' ? ['avg'] : row.slice(1);
    // A table of another kind follows.
    if (row.includes('Metric') && first !== 'Metric') columns = [];
  }
  return aiperfSummaryRun(path, json);
}

/** Second columns of the tables that are of the run. */
const TITLED = ['avg', 'Value'];

/** `Time to First Token (ms)` is time_to_first_token. */
function keyOf(title: string): string {
  return title
    .replace(/ *\([^)]*\)$/, '')
    .toLowerCase()
    .replaceAll(/[ -]+/g, '_');
}

function rowsOf(path: string, text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}
