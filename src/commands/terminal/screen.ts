import { PAGE_WIDTH } from '../../report/wrap.ts';

/** Narrower than this a terminal breaks the lines: tables have a first column and one more. */
const COLUMNS_MIN = 40;

/** Columns for a text on this stream: as COLUMNS says, as the terminal has, else those of paper. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  const told = Number(process.env['COLUMNS']);
  const columns = Number.isInteger(told) && told > 0 ? told : stream.isTTY && stream.columns;
  return Math.max(COLUMNS_MIN, columns || PAGE_WIDTH);
}

/** Columns for a report; with --wide as many as it takes. */
export function reportColumns(isWide = false): number {
  return isWide ? Infinity : columnsOf(process.stdout);
}
