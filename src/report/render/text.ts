import type { Field, Section } from '../section.ts';
import { tableText } from './table.ts';

const INDENT = '  ';
const LABEL_WIDTH = 15;

/** A report as text without colours: sections apart by a blank line, what belongs to a title below it. */
export function sectionsText(sections: readonly Section[]): string {
  return sections.map(sectionText).join('\n\n');
}

function sectionText({ title, fields, table, lines, notes }: Section): string {
  const indent = title === undefined ? '' : INDENT;
  const parts = [
    ...(fields ? [fieldsText(fields)] : []),
    ...(table ? [tableText(table)] : []),
    ...[...(lines ? [lines] : []), ...(notes ? [notes] : [])].map((texts) =>
      texts.map((text) => indented(text, indent)).join('\n'),
    ),
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

function indented(text: string, indent: string): string {
  return indent + text.replace(/\s*\n\s*/g, `\n${indent}`);
}
