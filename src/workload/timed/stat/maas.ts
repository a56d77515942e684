import { UsageError } from '../../../base/errors.ts';
import { shown } from '../../../base/json.ts';
import { type Percentile, type Quantiles, quantilesThrough } from '../percentiles.ts';
import { joinedRows, type StatFiles, sectionsOf } from './sections.ts';
import type { StatSection } from './stat.ts';
import { numberIn, readStatTable, type StatRow, type StatTable } from './table.ts';

/** Whose requests count: those that were answered; else all. Failed ones' columns may be there or not. */
const RATE_COLUMNS = ['success', 'total', 'rate'];

/**
 * Sections of the `maas` form: requests per second in the column Success of the one file, percentiles of
 * lengths in tokens in the others, columns `P50`, `P90` and the like, any number of them. A file of lengths
 * without times has a row for each row of the traffic.
 * @throws UsageError naming file, line and column.
 */
export function readMaas({ traffic, promptLengths, completionLengths }: StatFiles): StatSection[] {
  const rates = readStatTable(traffic);
  const names = rates.columns.map((name) => name.toLowerCase());
  const at = RATE_COLUMNS.map((name) => names.indexOf(name)).find((place) => place >= 0);
  if (at === undefined) {
    throw new UsageError(
      `${traffic}: line 1: found columns ${shown(rates.columns.join(','))}; expected Success, Total or Rate`,
    );
  }
  const tables = [promptLengths, completionLengths].map((file) =>
    file === undefined ? undefined : percentileTable(file),
  );
  const rows = joinedRows(
    rates,
    tables.map((one) => one?.table),
  );
  return sectionsOf(rows, ({ row, others }) => {
    const [inputTokens, outputTokens] = tables.map((one, i) => one?.quantiles(others[i]!));
    return { perSec: numberIn(rates, row, at), inputTokens, outputTokens };
  });
}

function percentileTable(file: string): {
  table: StatTable;
  quantiles(row: StatRow): Quantiles;
} {
  const table = readStatTable(file);
  const columns = table.columns
    .map((name, at) => ({ at, name, share: shareOf(name) }))
    .filter((column): column is typeof column & { share: number } => column.share !== undefined)
    .sort((a, b) => a.share - b.share);
  if (!columns.length) {
    throw new UsageError(
      `${file}: line 1: found columns ${shown(table.columns.join(','))}; expected percentiles, such as Time,P50,P70,P90,P99`,
    );
  }
  return {
    table,
    quantiles(row) {
      const percentiles = columns.map(
        ({ at, share }): Percentile => ({ share, tokens: numberIn(table, row, at) }),
      );
      const wrong = percentiles.findIndex(
        ({ tokens }, i) => i > 0 && tokens < percentiles[i - 1]!.tokens,
      );
      if (wrong < 0) return quantilesThrough(percentiles);
      throw new UsageError(
        `${file}: line ${row.line}: ${columns[wrong]!.name}: found ${percentiles[wrong]!.tokens}; expected at least ${columns[wrong - 1]!.name}, ${percentiles[wrong - 1]!.tokens}`,
      );
    },
  };
}

/** `P95` and `p99.9` are shares of 0.95 and 0.999. */
function shareOf(name: string): number | undefined {
  const percent = Number(/^p(\d{1,2}(?:\.\d+)?)$/i.exec(name)?.[1] ?? Number.NaN);
  return percent > 0 && percent < 100 ? percent / 100 : undefined;
}
