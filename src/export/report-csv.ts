import type { RunSummary } from '../report/run-summary.ts';
import { METRIC_NAMES, METRICS } from '../stats/metrics.ts';
import { STATISTIC_NAMES } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TOTALS, type TotalPath, totalOf } from '../stats/totals.ts';
import { type CsvValue, csvText } from './csv-text.ts';
import { shortNumber } from './summary-json.ts';

/** Counts that stand beside those of `TOTALS`. */
const COUNTS = ['completed', 'failed', 'cancelled', 'unsent'] as const;

/**
 * The report's numbers as a CSV: a row for each number of the whole run, with its value, and for each metric, with
 * its statistics. Names are those of summary.json and of thresholds. What is unknown is empty.
 */
export function reportCsv(summary: RunSummary): string {
  return csvText([
    ['name', 'unit', 'value', 'count', ...STATISTIC_NAMES],
    ...COUNTS.map((name) => totalRow(`counts.${name}`, 'requests', summary.counts[name])),
    ...(Object.keys(TOTALS) as TotalPath[]).map((path) =>
      totalRow(path, TOTALS[path].unit, totalOf(summary, path)),
    ),
    ...METRIC_NAMES.map((name) => {
      const measured = measuredOf(summary, name);
      const statistics = STATISTIC_NAMES.map((statistic) => tidy(measured?.[statistic]));
      return [name, METRICS[name].unit, undefined, measured?.count ?? 0, ...statistics];
    }),
  ]);
}

function totalRow(name: string, unit: string, value: number | undefined): CsvValue[] {
  return [name, unit, tidy(value), undefined, ...STATISTIC_NAMES.map(() => undefined)];
}

function tidy(value: number | undefined): number | undefined {
  return shortNumber('', value) as number | undefined;
}
