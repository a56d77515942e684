import type { Panel } from '../../figures/panel.ts';
import { bareSvg, notesBelow } from '../../figures/panel-svg.ts';
import type { Palette } from '../../figures/style.ts';
import { csvOf, numbersOf, shownTable } from './figure-table.ts';
import { element, slug, text } from './markup.ts';
import { tableHtml } from './section-html.ts';
import { PALETTE } from './style.ts';

/** Drawn twice: letters stay readable on a telephone. */
const SIZES = {
  wide: { width: 640, plotHeight: 300 },
  narrow: { width: 320, plotHeight: 240 },
} as const;

/** A picture with its title, what must be known of it, its numbers as a table, and both to be saved. */
export function figureHtml(panel: Panel, id = slug(panel.name ?? panel.title)): string {
  const { title } = panel;
  const numbers = numbersOf(panel);
  const { table, leftOut } = shownTable(numbers);
  const more = leftOut
    ? element('p', `${leftOut} more rows lie between these: the CSV has all.`, 'class="note"')
    : '';
  return [
    `<figure id="figure-${id}" data-name="${id}">`,
    `<figcaption><h3>${text(title)}</h3></figcaption>`,
    ...Object.entries(SIZES).map(([name, size]) => drawn(panel, name, size, PALETTE)),
    ...notesBelow(panel).map((note) => element('p', text(note), 'class="note"')),
    '<p class="tools"><button type="button" data-save="svg">SVG</button> <button type="button" data-save="csv">CSV</button></p>',
    `<details><summary>Table</summary>${tableHtml(table, `${title}: table`)}${more}</details>`,
    `<script type="application/json" class="csv">${jsonText(csvOf(numbers))}</script>`,
    '</figure>',
  ].join('\n');
}

function drawn(
  panel: Panel,
  name: string,
  size: (typeof SIZES)[keyof typeof SIZES],
  palette: Palette,
): string {
  const series = panel.series.map((one) => one.name).filter(Boolean);
  const says = [panel.title, ...(series.length ? [series.join(', ')] : [])].join(': ');
  const label = `role="img" aria-label="${text(`${says}. The table below has its numbers.`)}"`;
  const svg = bareSvg(panel, size, palette).replace('<svg ', `<svg ${label} `);
  return `<div class="plot ${name}">${svg}</div>`;
}

/** Nothing in it ends the element that it stands in. */
function jsonText(value: string): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
