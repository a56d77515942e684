import type { RunSummary } from '../report/run-summary.ts';

/** What summary.json holds: a `RunSummary` (its docstrings explain every key), with a mark of its own. */
export interface SummaryJson extends Omit<RunSummary, 'roundGroups'> {
  readonly format: 'confab-summary';
  readonly version: 1;
}

/** Times keep a microsecond, shares and rates as much. */
const DECIMALS = 6;

/** The text of summary.json. A key that is not there is unknown; `rounds` has every round. */
export function summaryJson(summary: RunSummary): string {
  const { roundGroups: _, ...rest } = summary;
  const json: SummaryJson = { format: 'confab-summary', version: 1, ...rest };
  return `${JSON.stringify(json, shortNumber, 2)}\n`;
}

export function shortNumber(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value;
}
