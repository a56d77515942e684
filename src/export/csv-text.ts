import { stringify } from 'csv-stringify/sync';

export type CsvValue = string | number | readonly number[] | undefined;

/** Rows are made into text so many at a time. */
const BATCH = 1000;

/** Lines of a CSV as RFC 4180 has it, but for its line ends: `\n`. What is undefined is empty. */
export function csvText(rows: readonly (readonly CsvValue[])[]): string {
  // It leaves a lone carriage return as it is, which readers take for the end of a line.
  return stringify(rows as CsvValue[][], { quoted_match: /\r/ });
}

export function* inBatches<Value>(values: readonly Value[]): Generator<readonly Value[]> {
  for (let at = 0; at < values.length; at += BATCH) yield values.slice(at, at + BATCH);
}
