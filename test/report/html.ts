import { cellTexts, headingOf, type Section, type Table } from '../../src/report/section.ts';

/** A report as HTML, by a renderer that knows what a section is made of and nothing about any of them. */
export function htmlOf(sections: readonly Section[]): string {
  return sections.map(sectionHtml).join('\n');
}

function sectionHtml({ title, isWarning, fields, table, lines, notes, terms }: Section): string {
  const parts = [
    ...(title === undefined ? [] : [element('h2', title)]),
    ...(fields ?? []).flatMap(({ label, lines: texts, level = 0 }) => [
      `<dt class="level-${level}">${escaped(label)}</dt>`,
      ...texts.map((text) => element('dd', text)),
    ]),
    ...(table ? [tableHtml(table)] : []),
    ...(lines ?? []).map((line) => element('li', line)),
    ...(notes ?? []).map((note) => element('p', note)),
    ...(terms ?? []).flatMap(({ term, says }) => [element('dt', term), element('dd', says)]),
  ];
  return `<section${isWarning ? ' class="warning"' : ''}>\n${parts.join('\n')}\n</section>`;
}

function tableHtml(table: Table): string {
  const head = table.columns.map((column) => element('th', headingOf(column)));
  const rows = cellTexts(table).map((cells) => cells.map((text) => element('td', text)));
  return [head, ...rows].map((cells) => `<tr>${cells.join(' ')}</tr>`).join('\n');
}

function element(name: string, text: string): string {
  return `<${name}>${escaped(text)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** What HTML says, word by word. */
export function wordsOfHtml(html: string): string[] {
  return wordsOf(
    html
      .replace(/<[^>]*>/g, ' ')
      .replaceAll('&lt;', '<')
      .replaceAll('&amp;', '&'),
  );
}

export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
