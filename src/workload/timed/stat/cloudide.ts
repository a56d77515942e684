import { UsageError } from '../../../base/errors.ts';
import { shown } from '../../../base/json.ts';
import { type Quantiles, quantilesThrough } from '../percentiles.ts';
import { joinedRows, type StatFiles, sectionsOf } from './sections.ts';
import type { StatSection } from './stat.ts';
import { numberIn, readStatTable, type StatRow, type StatTable } from './table.ts';

/**
 * Sections of the `cloudide` form: requests per second in the traffic's second column, whatever its name;
 * received and sent bytes per second in the others, `recv_bytes` and `sent_bytes` or several such columns of
 * a dashboard (`sent_bytes.rate@host`), which are added. What was received is the prompts', what was sent the
 * completions'; divided by the rate it is a request's, and a byte is taken for a token, as AIBrix does.
 * @throws UsageError naming file, line and column.
 */
export function readCloudIde({
  traffic,
  promptLengths,
  completionLengths,
}: StatFiles): StatSection[] {
  const rates = readStatTable(traffic);
  const rateAt = rates.columns.findIndex((name) => name.toLowerCase() !== 'time');
  if (rateAt < 0) {
    throw new UsageError(
      `${traffic}: line 1: found columns ${shown(rates.columns.join(','))}; expected Time and a rate`,
    );
  }
  // Either file has both; where one is missing the other stands for it.
  const input = byteTable(promptLengths ?? completionLengths, 'recv_bytes');
  const output = byteTable(completionLengths ?? promptLengths, 'sent_bytes');
  const rows = joinedRows(rates, [input?.table, output?.table]);
  return sectionsOf(rows, ({ row, others }) => {
    const perSec = numberIn(rates, row, rateAt);
    return {
      perSec,
      inputTokens: perRequest(input?.bytesPerSec(others[0]!), perSec),
      outputTokens: perRequest(output?.bytesPerSec(others[1]!), perSec),
    };
  });
}

/** All requests of a section are as long; without any there is nothing to say. */
function perRequest(bytesPerSec: number | undefined, perSec: number): Quantiles | undefined {
  if (bytesPerSec === undefined || perSec === 0) return undefined;
  return quantilesThrough([{ share: 0.5, tokens: bytesPerSec / perSec }]);
}

function byteTable(
  file: string | undefined,
  name: 'recv_bytes' | 'sent_bytes',
): { table: StatTable; bytesPerSec(row: StatRow): number } | undefined {
  if (file === undefined) return undefined;
  const table = readStatTable(file);
  const places = [...table.columns.keys()].filter((at) =>
    new RegExp(`^${name}(\\.rate@.*)?$`, 'i').test(table.columns[at]!),
  );
  if (!places.length) {
    throw new UsageError(
      `${file}: line 1: found columns ${shown(table.columns.join(','))}; expected ${name}, or ${name}.rate@…`,
    );
  }
  return {
    table,
    bytesPerSec: (row) => places.reduce((sum, at) => sum + numberIn(table, row, at), 0),
  };
}
