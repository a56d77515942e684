import { isShown } from './extent.ts';
import { LEGEND_LINE, legendOf } from './legend.ts';
import { linesOf, shortened } from './letters.ts';
import { letters, NOTE, TITLE } from './page-text.ts';
import type { Panel } from './panel.ts';
import { type PlotBox, plotSvg } from './plot.ts';
import { type Palette, type Style, styleOf } from './style.ts';

const NOTE_LINE = 13;
const PADDING = 12;
const NOTES_MAX = 4;
/** Of a panel's height: what is left is for the plot. */
const LEGEND_SHARE = 0.25;
const NOTES_SHARE = 0.15;

/** A panel in its place on the page: title, legend, plot and notes below each other. */
export function panelSvg(panel: Panel, box: PlotBox, palette: Palette): string {
  const room = box.width - 2 * PADDING;
  const left = box.left + PADDING;
  const styles = stylesOf(panel, palette);
  const legend = legendOf(panel, styles, palette, {
    room,
    linesMax: (box.height * LEGEND_SHARE) / LEGEND_LINE,
  });
  const notes = notesOf(panel, room, (box.height * NOTES_SHARE) / NOTE_LINE);
  const plotTop = box.top + 28 + legend.lines * LEGEND_LINE;
  const plotBottom = box.top + box.height - 6 - notes.length * NOTE_LINE;
  return [
    '<g>',
    letters(shortened(panel.title, room, TITLE), left, box.top + 18, TITLE, palette.ink),
    legend.svg(left, box.top + 24),
    plotSvg(panel, styles, palette, {
      left,
      top: plotTop,
      width: room,
      height: Math.max(80, plotBottom - plotTop),
    }),
    ...notes.map((note, index) =>
      letters(note, left, plotBottom + 8 + index * NOTE_LINE, NOTE, palette.grey),
    ),
    '</g>',
  ].join('\n');
}

/** A panel by itself, without title and notes, which stand beside it; its height is that of the plot and the legend. */
export function bareSvg(
  panel: Panel,
  { width, plotHeight }: { readonly width: number; readonly plotHeight: number },
  palette: Palette,
): string {
  const styles = stylesOf(panel, palette);
  const legend = legendOf(panel, styles, palette, { room: width, linesMax: 8 });
  const top = legend.lines * LEGEND_LINE + 6;
  const height = top + plotHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT_FAMILY}">`,
    legend.svg(0, 0),
    plotSvg(panel, styles, palette, { left: 0, top, width, height: plotHeight }),
    '</svg>',
  ].join('\n');
}

export const FONT_FAMILY = 'Lato, Helvetica, Arial, sans-serif';

function stylesOf(panel: Panel, palette: Palette): Style[] {
  if (panel.kind === 'interval') return panel.series.map((_, index) => styleOf(palette, index));
  return panel.series.map(({ isDashed }, index) => styleOf(palette, index, isDashed));
}

function notesOf(panel: Panel, room: number, linesMax: number): string[] {
  const lines = notesBelow(panel).flatMap((note) => linesOf(note, room, NOTE));
  const count = Math.max(1, Math.min(NOTES_MAX, Math.floor(linesMax)));
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count - 1), shortened(`${lines[count - 1]} …`, room, NOTE)];
}

/** What must be said below a panel; nothing is left out silently. */
export function notesBelow(panel: Panel): string[] {
  const notes = [...(panel.notes ?? [])];
  if (panel.kind === 'interval') return notes;
  let count = 0;
  for (const { points } of panel.series) {
    for (const point of points) if (!isShown(point, panel)) count++;
  }
  if (!count) return notes;
  return [
    ...notes,
    `${count} ${count === 1 ? 'point has' : 'points have'} no place on these axes.`,
  ];
}
