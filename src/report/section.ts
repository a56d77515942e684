import { type Format, rough, written } from './number.ts';

/**
 * A piece of a report, as data. A renderer prints what is there of it, in the order of these fields, and
 * needs to know no more: what a section is about is in its words. Texts are for the eye; the numbers that
 * they are made of are in the summary.
 *
 * A line break in a text says no more than a space, and white space around one nothing, as in HTML: a renderer
 * breaks lines where its page ends.
 */
export interface Section {
  /** Absent for a statement that stands by itself. */
  readonly title?: string;
  /** It must not be overlooked. */
  readonly isWarning?: true;
  readonly fields?: readonly Field[];
  readonly table?: Table;
  /** Statements, one a line. */
  readonly lines?: readonly string[];
  /** How to read what is above: paragraphs. */
  readonly notes?: readonly string[];
  /** What its words mean. */
  readonly terms?: readonly Term[];
}

export interface Term {
  readonly term: string;
  readonly says: string;
}

/** A label and what is said about it. */
export interface Field {
  readonly label: string;
  /** More than one: what else there is to say, below the first. */
  readonly lines: readonly string[];
  /** How deep it lies below the field before it; absent: 0. */
  readonly level?: number;
}

/** The first column names the row. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export interface TableColumn {
  readonly title: string;
  /** Printed after the title. */
  readonly unit?: string;
  /** How its numbers are written. Absent: as the row says, where the rows are of different things. */
  readonly format?: Format;
  /** Left out where there is no room, the greatest first; absent: never. */
  readonly detail?: number;
}

export interface TableRow {
  /** One a column. Numbers as they are, not rounded; undefined is unknown. */
  readonly cells: readonly Cell[];
  /** For columns that do not say it; absent: `measure`. */
  readonly format?: Format;
  /** How deep it lies below the row before it; absent: 0. */
  readonly level?: number;
  /** Places in `cells` of numbers that too few values make: printed as such. */
  readonly tooFew?: readonly number[];
}

export type Cell = string | number | undefined;

export function field(label: string, ...lines: readonly string[]): Field {
  return { label, lines };
}

/** A section of lines; none without lines. */
export function listSections(
  title: string,
  lines: readonly string[],
  more: Pick<Section, 'isWarning'> = {},
): Section[] {
  return lines.length ? [{ title, ...more, lines }] : [];
}

/** The heading of a column, with its unit. */
export function headingOf({ title, unit }: TableColumn): string {
  return unit === undefined ? title : `${title} ${unit}`;
}

/** The cells of a table as they are read, a list a row. */
export function cellTexts({ columns, rows }: Table): string[][] {
  return rows.map(({ cells, format = 'measure', tooFew = [] }) =>
    cells.map((cell, index) =>
      typeof cell === 'number' && tooFew.includes(index)
        ? rough(cell)
        : written(cell, columns[index]!.format ?? format),
    ),
  );
}
