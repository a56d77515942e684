import {
  cellTexts,
  type Field,
  headingOf,
  type Section,
  type Table,
  type Term,
} from '../section.ts';
import { element, text } from './markup.ts';

/** A piece of a report as HTML, all columns of its table included. */
export function sectionHtml(section: Section): string {
  const { title, isWarning, fields, table, lines, notes = [], terms } = section;
  const inside = [
    title === undefined ? '' : element('h3', text(title)),
    fields ? fieldsHtml(fields) : '',
    table ? tableHtml(table, title ?? 'Table') : '',
    ...(lines ?? []).map((line) => element('p', text(line))),
    ...notes.map((note) => element('p', text(note), 'class="note"')),
    terms ? termsHtml(terms) : '',
  ].join('\n');
  return element('section', inside, isWarning ? 'class="warning"' : 'class="piece"');
}

function fieldsHtml(fields: readonly Field[]): string {
  const items = fields.map(({ label, lines, level = 0 }) => {
    const deep = level > 0 ? ` class="level-${Math.min(level, 3)}"` : '';
    const says = lines.map(text).join('<br>');
    return `<div${deep}><dt>${text(label)}</dt><dd>${says}</dd></div>`;
  });
  return element('dl', items.join('\n'), 'class="fields"');
}

/** A table that scrolls by itself where the page is too narrow for it, by keys too. */
export function tableHtml(table: Table, label: string): string {
  const headings = table.columns.map((column) => `<th scope="col">${text(headingOf(column))}</th>`);
  const rows = cellTexts(table).map((cells, row) => {
    const level = table.rows[row]!.level ?? 0;
    const deep = level > 0 ? ` class="level-${Math.min(level, 3)}"` : '';
    const [first = '', ...others] = cells.map(text);
    return `<tr><th scope="row"${deep}>${first}</th>${others.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${text(label)}"><table><thead><tr>${headings.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function termsHtml(terms: readonly Term[]): string {
  const items = terms.map(
    ({ term, says }) => `<div><dt>${text(term)}</dt><dd>${text(says)}</dd></div>`,
  );
  return element('dl', items.join('\n'), 'class="terms"');
}
