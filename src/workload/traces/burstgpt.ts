import { kept } from '../files/csv.ts';
import type { TraceEntry, TraceFormat } from './format.ts';
import { pauses } from './pauses.ts';
import { hasColumns, secondsIn, type TableRow, tableRows, textIn, tokensIn } from './table.ts';

const COLUMNS = {
  needed: ['Timestamp', 'Model', 'Request tokens', 'Response tokens', 'Log Type'],
  /** Of the third file; the others have six columns. */
  optional: ['Session ID', 'Elapsed time'],
} as const;

/**
 * BurstGPT, of any release: columns by name. A request whose answer has no tokens failed. The service counts
 * the tokens of a whole request, so those of a turn are cumulative.
 */
export const burstgpt: TraceFormat = {
  name: 'burstgpt',
  says: 'CSV of Timestamp (s), Model, Request tokens, Response tokens and Log Type',
  timeUnit: 's',
  context: 'cumulative',
  piece: 'csv',
  isSorted: true,
  sniff: (head) => hasColumns<Name>(head, COLUMNS),
  read: readBurstGpt,
};

type Name = (typeof COLUMNS)['needed' | 'optional'][number];

/** In the order of the file; its times need not begin at 0. */
async function* readBurstGpt(file: string): AsyncGenerator<TraceEntry> {
  const thinkMsOf = pauses();
  const copyOf = copies();
  for await (const rows of tableRows<Name>(file, COLUMNS)) {
    for (const row of rows) {
      const atMs = secondsIn(row, 'Timestamp');
      const outputTokens = tokensIn(row, 'Response tokens');
      const session = keptIn(row, 'Session ID');
      // Whole seconds from asking to the end of the answer.
      const apiMs = textIn(row, 'Elapsed time') ? secondsIn(row, 'Elapsed time') : undefined;
      const thinkMs = session && thinkMsOf(session, atMs, apiMs);
      yield {
        atMs,
        inputTokens: tokensIn(row, 'Request tokens'),
        outputTokens,
        model: copyOf(textIn(row, 'Model')!),
        kind: copyOf(textIn(row, 'Log Type')!),
        ...(apiMs !== undefined && { apiMs }),
        ...(outputTokens === 0 && { isFailed: true }),
        ...(session && { session, isCumulative: true }),
        ...(typeof thinkMs === 'number' && { thinkMs }),
      };
    }
  }
}

function keptIn(row: TableRow<Name>, name: Name): string | undefined {
  const cell = textIn(row, name);
  return cell ? kept(cell) : undefined;
}

/** One copy of each of a few words, whatever texts they were cut from. */
function copies(): (word: string) => string {
  const known = new Map<string, string>();
  return (word) => {
    const copy = known.get(word) ?? kept(word);
    if (!known.has(copy)) known.set(copy, copy);
    return copy;
  };
}
