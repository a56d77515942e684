import type { Field, Section, Term } from '../section.ts';
import { hanging } from '../wrap.ts';
import { tableText } from './table.ts';

const INDENT = '  ';
const LABEL_WIDTH = 15;
/** There is so much room beside a table of a report. */
const TERMS_WIDTH = 110;

/** A report as text without colours: sections apart by a blank line, what belongs to a title below it. */
export function sectionsText(sections: readonly Section[]): string {
  return sections.map(sectionText).join('\n\n');
}

function sectionText({ title, fields, table, lines, notes = [], terms = [] }: Section): string {
  const indent = title === undefined ? '' : INDENT;
  const parts = [
    ...(fields ? [fieldsText(fields)] : []),
    ...(table ? [tableText(table)] : []),
    ...(lines ? [lines.map((line) => indented(line, indent)).join('\n')] : []),
    ...(notes.length + terms.length
      ? [[...notes.map((note) => indented(note, indent)), ...termLines(terms)].join('\n')]
      : []),
  ];
  const body = parts.join('\n\n');
  return title === undefined ? body : `${title}\n${body}`;
}

/** One line a field, the texts below each other. */
function fieldsText(fields: readonly Field[]): string {
  return fields
    .flatMap(({ label, lines, level = 0 }) =>
      lines.map((line, index) => {
        const name = index === 0 ? INDENT.repeat(level) + label : '';
        return `${INDENT}${name.padEnd(LABEL_WIDTH)} ${line}`.trimEnd();
      }),
    )
    .join('\n');
}

/** Below each other, each as far to the right as the longest term needs. */
function termLines(terms: readonly Term[]): string[] {
  const width = Math.max(...terms.map(({ term }) => term.length)) + 2;
  return terms.map(({ term, says }) => hanging(INDENT + term.padEnd(width), says, TERMS_WIDTH));
}

function indented(text: string, indent: string): string {
  return indent + text.replace(/\s*\n\s*/g, `\n${indent}`);
}
