import { kept } from '../../files/csv.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { pauses } from '../pauses.ts';
import { hasColumns, type TableRow, tableRows, textIn, timeIn, tokensIn } from '../table.ts';
import { TimeUnit } from '../time-unit.ts';

const COLUMNS = {
  needed: ['Timestamp', 'Model', 'Request tokens', 'Response tokens', 'Log Type'],
  /** Of the third file; the others have six columns. */
  optional: ['Session ID', 'Elapsed time', 'Total tokens'],
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
  takesTimeUnit: true,
  isSorted: true,
  sniff: (head) => hasColumns<Name>(head, COLUMNS),
  read: readBurstGpt,
};

type Name = (typeof COLUMNS)['needed' | 'optional'][number];

/** In the order of the file; its times need not begin at 0. */
async function* readBurstGpt(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const thinkMsOf = pauses();
  const unit = new TimeUnit(file, 'Timestamp', 's', options, { isAlwaysWhole: true });
  const totals = new Totals();
  const copyOf = copies();
  for await (const rows of tableRows<Name>(file, COLUMNS)) {
    for (const row of rows) {
      const atMs = unit.toMs(timeIn(row, 'Timestamp'));
      const inputTokens = tokensIn(row, 'Request tokens');
      const outputTokens = tokensIn(row, 'Response tokens');
      const session = keptIn(row, 'Session ID');
      // Whole seconds from asking to the end of the answer.
      const apiMs = textIn(row, 'Elapsed time')
        ? unit.spanMs(timeIn(row, 'Elapsed time'))
        : undefined;
      totals.check(row, inputTokens + outputTokens);
      const thinkMs = session && thinkMsOf(session, atMs, apiMs);
      yield {
        atMs,
        inputTokens,
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
  unit.check();
  totals.tell(file, options);
}

/** A total says whether the columns are what they are called. Nothing is made of it, so that it is no error. */
class Totals {
  #wrong = 0;
  #first: string | undefined;

  check(row: TableRow<Name>, expected: number): void {
    const total = textIn(row, 'Total tokens');
    if (!total || Number(total) === expected) return;
    this.#wrong++;
    this.#first ??= `line ${row.line}: Total tokens: found ${total}; expected ${expected}, Request tokens and Response tokens together`;
  }

  tell(file: string, { warn }: Pick<ReadOptions, 'warn'>): void {
    if (!this.#first) return;
    const more = this.#wrong > 1 ? `; as in ${this.#wrong - 1} rows more` : '';
    warn?.(`${file}: ${this.#first}${more}`);
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
