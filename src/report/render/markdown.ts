import {
  cellTexts,
  type Field,
  headingOf,
  type Section,
  type Table,
  type Term,
} from '../section.ts';

/** A report as Markdown: titles are headings, tables are GitHub's. */
export function sectionsMarkdown(sections: readonly Section[]): string {
  return sections.map(sectionMarkdown).join('\n\n');
}

function sectionMarkdown({
  title,
  fields,
  table,
  lines,
  notes,
  terms,
  isWarning,
}: Section): string {
  const parts = [
    ...(title === undefined ? [] : [`## ${escaped(title)}`]),
    ...(fields?.length ? [fields.map(fieldLine).join('\n')] : []),
    ...(table ? [tableMarkdown(table)] : []),
    ...(lines?.length ? [linesMarkdown(lines, title !== undefined)] : []),
    ...(notes?.length ? [notes.map((note) => escaped(note)).join('\n\n')] : []),
    ...(terms?.length ? [terms.map(termLine).join('\n')] : []),
  ];
  const text = parts.join('\n\n');
  return isWarning && title === undefined ? `> **Warning** ${text}` : text;
}

/** What stands by itself is a paragraph; what has a title above it is a list. */
function linesMarkdown(lines: readonly string[], isList: boolean): string {
  return lines.map((line) => (isList ? `- ${escaped(line)}` : escaped(line))).join('\n');
}

function fieldLine({ label, lines, level = 0 }: Field): string {
  return `${'  '.repeat(level)}- **${escaped(label)}**: ${lines.map(escaped).join('; ')}`;
}

function termLine({ term, says }: Term): string {
  return `- **${escaped(term)}**: ${escaped(says)}`;
}

/** The first column is left, numbers are right. */
function tableMarkdown(table: Table): string {
  const { columns, rows } = table;
  const heads = columns.map((column) => cell(headingOf(column)));
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  const body = cellTexts(table).map(([name = '', ...rest], row) => [
    `${'&nbsp;&nbsp;'.repeat(rows[row]!.level ?? 0)}${cell(name)}`,
    ...rest.map(cell),
  ]);
  return [heads, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(text: string): string {
  return escaped(text).replaceAll('|', '\\|');
}

/** Texts of engines may hold anything; a line break says nothing. */
function escaped(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/[\\`*_[\]<]/g, (mark) => `\\${mark}`);
}
