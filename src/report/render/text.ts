import type { Field, Section, Term } from '../section.ts';
import { hanging, PAGE_WIDTH, proseWidth } from '../wrap.ts';
import { tableText } from './table.ts';

const INDENT = '  ';
/** Labels that are longer shift the texts of their section. */
const LABEL_WIDTH = 15;

/**
 * A report as text without colours: sections apart by a blank line, what belongs to a title below it. No line
 * is longer than `width`, but for a word (a path, a URL) that is; Infinity: everything, and one line a field.
 */
export function sectionsText(sections: readonly Section[], width = PAGE_WIDTH): string {
  return sections.map((section) => sectionText(section, width)).join('\n\n');
}

function sectionText(section: Section, width: number): string {
  const { title, fields, table, lines, notes = [], terms = [] } = section;
  const indent = title === undefined ? '' : INDENT;
  const noteLines = notes.map((note) => hanging(indent, flat(note), proseWidth(width)));
  const parts = [
    ...(fields ? [fieldsText(fields, width)] : []),
    ...(table ? [tableText(table, width)] : []),
    ...(lines ? [lines.map((line) => hanging(indent, flat(line), width)).join('\n')] : []),
    ...(notes.length + terms.length ? [[...noteLines, ...termLines(terms, width)].join('\n')] : []),
  ];
  const body = parts.join('\n\n');
  return title === undefined ? body : `${hanging('', title, width)}\n${body}`;
}

/** One line a field, or what it takes, the texts below each other. */
function fieldsText(fields: readonly Field[], width: number): string {
  const named = fields.map((field) => ({
    ...field,
    label: INDENT.repeat(field.level ?? 0) + field.label,
  }));
  const labelWidth = Math.max(LABEL_WIDTH, ...named.map(({ label }) => label.length));
  return named
    .flatMap(({ label, lines }) =>
      lines.map((line, index) => {
        const head = `${INDENT}${(index === 0 ? label : '').padEnd(labelWidth)} `;
        return hanging(head, flat(line), width).trimEnd();
      }),
    )
    .join('\n');
}

/** Below each other, each as far to the right as the longest term needs. */
function termLines(terms: readonly Term[], width: number): string[] {
  const termWidth = Math.max(...terms.map(({ term }) => term.length)) + 2;
  return terms.map(({ term, says }) =>
    hanging(INDENT + term.padEnd(termWidth), says, proseWidth(width)),
  );
}

function flat(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
