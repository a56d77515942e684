import { textWidth } from '../../base/text-width.ts';
import { cellTexts, headingOf, type Table, type TableColumn } from '../section.ts';
import { broken } from '../wrap.ts';

/** A table whose texts are laid out, and no wider than its page. */
export interface FittedTable {
  /** Maybe in several lines. */
  readonly headings: readonly string[];
  /** A list a row, in the order of the headings. */
  readonly rows: readonly (readonly string[])[];
}

export interface Fitted {
  /** More than one, below each other: not all columns fit beside the first, which each of them has. */
  readonly tables: readonly FittedTable[];
  /** Headings of the columns that are not there for want of room, as the table has them. */
  readonly leftOut: readonly string[];
}

/** Between columns, and before the first. */
export const GAP = 2;
const LEVEL_INDENT = '  ';
/** More would be read as rows. */
const HEADING_LINES_MAX = 4;

interface LaidOut {
  readonly column: TableColumn;
  readonly cells: readonly string[];
  readonly cellWidth: number;
}

/**
 * The table in `width` columns of text. What is tried, one after the other: headings in one line, headings in
 * several, leaving columns out by their `detail`, and tables below each other.
 */
export function fitted(table: Table, width: number): Fitted {
  const all = laidOut(table);
  let shown = all;
  let tables = tableWithin(shown, width);
  while (!tables) {
    const least = leastNeeded(shown);
    if (!least) break;
    shown = shown.filter((one) => one !== least);
    tables = tableWithin(shown, width);
  }
  return {
    tables: tables ? [tables] : stacked(shown, width),
    leftOut: all.filter((one) => !shown.includes(one)).map(({ column }) => headingOf(column)),
  };
}

function laidOut(table: Table): LaidOut[] {
  const texts = cellTexts(table);
  return table.columns.map((column, index) => {
    const cells = texts.map((row, at) =>
      index === 0 ? LEVEL_INDENT.repeat(table.rows[at]!.level ?? 0) + row[0]! : row[index]!,
    );
    const cellWidth = cells.reduce((most, cell) => Math.max(most, textWidth(cell)), 0);
    return { column, cells, cellWidth };
  });
}

/** undefined: it is wider. */
function tableWithin(columns: readonly LaidOut[], width: number): FittedTable | undefined {
  for (let lines = 1; lines <= HEADING_LINES_MAX; lines++) {
    const headings = columns.map((one) => headingIn(lines, one));
    if (totalWidth(columns, headings) <= width) return tableOf(columns, headings);
  }
  return undefined;
}

/** In so many lines, if the heading has the words for it: as narrow as that, but no narrower than the cells. */
function headingIn(lines: number, { column, cellWidth }: LaidOut): string {
  const heading = headingOf(column);
  const words = heading.split(' ').map((word) => textWidth(word));
  for (let width = Math.max(...words, cellWidth); ; width++) {
    const text = broken(heading, width);
    if (text.split('\n').length <= lines) return text;
  }
}

function totalWidth(columns: readonly LaidOut[], headings: readonly string[]): number {
  return columns.reduce((sum, { cellWidth }, index) => {
    const lines = headings[index]!.split('\n').map((line) => textWidth(line));
    return sum + GAP + Math.max(cellWidth, ...lines);
  }, 0);
}

function tableOf(columns: readonly LaidOut[], headings: readonly string[]): FittedTable {
  const height = columns[0]?.cells.length ?? 0;
  return {
    headings,
    rows: Array.from({ length: height }, (_, row) => columns.map(({ cells }) => cells[row]!)),
  };
}

/** Of those that may be left out, the last of the most detailed. */
function leastNeeded(columns: readonly LaidOut[]): LaidOut | undefined {
  const detailOf = ({ column }: LaidOut): number => column.detail ?? 0;
  const most = Math.max(...columns.map(detailOf));
  return most > 0 ? columns.findLast((one) => detailOf(one) === most) : undefined;
}

/** Each with the first column and as many of the others as fit, but at least one. */
function stacked([first, ...others]: readonly LaidOut[], width: number): FittedTable[] {
  const tables: FittedTable[] = [];
  let group: LaidOut[] = [];
  for (const column of others) {
    if (group.length > 0 && !tableWithin([first!, ...group, column], width)) {
      tables.push(narrowest([first!, ...group], width));
      group = [];
    }
    group.push(column);
  }
  return [...tables, narrowest([first!, ...group], width)];
}

function narrowest(columns: readonly LaidOut[], width: number): FittedTable {
  return (
    tableWithin(columns, width) ??
    tableOf(
      columns,
      columns.map((one) => headingIn(HEADING_LINES_MAX, one)),
    )
  );
}
