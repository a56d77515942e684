import type { TraceEntry, TraceFormat } from '../format.ts';
import { hasColumns, tableRows, textIn, tokensIn, wrongCell } from '../table.ts';
import { type Moment, momentOf, msBetween } from '../wall-clock.ts';

const COLUMNS = {
  needed: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  /** Of the multimodal trace of 2025. */
  optional: ['NumImages'],
} as const;

/**
 * Azure's traces of 2023, 2024 and 2025: each row a request of its own. Its time of day has seven digits of a
 * second without a zone (2023), six or none with +00:00 (2024), or three with a Z (2025).
 */
export const azure: TraceFormat = {
  name: 'azure',
  says: 'CSV of TIMESTAMP, ContextTokens and GeneratedTokens',
  timeUnit: 'wall clock',
  piece: 'csv',
  isSorted: true,
  sniff: (head) => hasColumns<Name>(head, COLUMNS),
  read: readAzure,
};

type Name = (typeof COLUMNS)['needed' | 'optional'][number];

/** In the order of the file; times count from its first row. */
async function* readAzure(file: string): AsyncGenerator<TraceEntry> {
  let first: Moment | undefined;
  for await (const rows of tableRows<Name>(file, COLUMNS)) {
    for (const row of rows) {
      const moment = momentOf(textIn(row, 'TIMESTAMP')!);
      if (!moment) throw wrongCell(row, 'TIMESTAMP', 'a time, as 2023-11-16 18:15:46.6805900');
      first ??= moment;
      const images = textIn(row, 'NumImages');
      yield {
        atMs: msBetween(first, moment),
        inputTokens: tokensIn(row, 'ContextTokens'),
        outputTokens: tokensIn(row, 'GeneratedTokens'),
        ...(images !== undefined && { kind: Number(images) > 0 ? 'images' : 'text' }),
      };
    }
  }
}
