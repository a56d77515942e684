import { escaped, type Lettering, lettersWidth, linesOf, shortened } from './letters.ts';
import { isShown, marksOf, type Plane, rowsOf, type Style, styleOf } from './marks.ts';
import type { Panel } from './panel.ts';
import { type Domain, domainOf, type Ruler, rulerOf, tenth } from './ruler.ts';

/** Where a panel lies on the page, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const TITLE: Lettering = { size: 14, isBold: true };
const TEXT: Lettering = { size: 11 };
const NOTE: Lettering = { size: 10 };
const LINE = 15;
const NOTE_LINE = 13;
const PADDING = 12;
const SERIES_MAX = 14;
const NOTES_MAX = 4;
/** Of a panel's height: what is left is for the marks. */
const LEGEND_SHARE = 0.25;
const NOTES_SHARE = 0.15;

const INK = '#222222';
const GREY = '#666666';
const GRID = '#e4e4e4';

export function panelSvg(panel: Panel, box: Box): string {
  const room = box.width - 2 * PADDING;
  const left = box.left + PADDING;
  const styles = panel.series.map((_, index, { length }) => styleOf(index, length));
  const legend = legendOf(panel, styles, room, (box.height * LEGEND_SHARE) / LINE);
  const notes = notesOf(panel, room, (box.height * NOTES_SHARE) / NOTE_LINE);
  const title = shortened(panel.title, room, TITLE);
  const plotTop = box.top + 24 + legend.lines * LINE;
  const plotBottom = box.top + box.height - 8 - notes.length * NOTE_LINE;
  return [
    '<g>',
    letters(title, left, box.top + 18, TITLE, INK),
    legend.svg(left, box.top + 24),
    plot(panel, styles, { left, top: plotTop, width: room, height: plotBottom - plotTop }),
    ...notes.map((note, index) =>
      letters(note, left, plotBottom + 10 + index * NOTE_LINE, NOTE, GREY),
    ),
    '</g>',
  ].join('\n');
}

/** Axes and what is between them. */
function plot(panel: Panel, styles: readonly Style[], box: Box): string {
  const domains = domainsOf(panel);
  const top = box.top + LINE + 6;
  const bottom = Math.max(top + 20, box.top + box.height - 2 * LINE - 8);
  const upright = (axis: Panel['y'], domain: Domain) =>
    rulerOf({
      axis,
      domain,
      isRounded: panel.kind !== 'interval',
      ...(panel.kind === 'interval' ? { from: top, to: bottom } : { from: bottom, to: top }),
      room: () => TEXT.size + 6,
    });
  const y = wholeRows(panel, upright(panel.y, domains?.y ?? [0, 1]));
  const widest = Math.max(0, ...y.ticks.map(({ label }) => lettersWidth(label, TEXT)));
  const left = box.left + (domains ? widest + 8 : 0);
  const right = box.left + box.width - 8;
  const x = rulerOf({
    axis: panel.x,
    domain: domains?.x ?? [0, 1],
    from: left,
    to: right,
    room: (label) => lettersWidth(label, TEXT) + 12,
  });
  const plane: Plane = { x, y, left, right, top, bottom };
  const frame = `<path d="M${tenth(left)} ${bottom}H${right}" stroke="${GREY}"/>`;
  const titles = [
    letters(shortened(y.title, box.width, TEXT), box.left, box.top + 11, TEXT, GREY),
    letters(
      shortened(x.title, right - left, TEXT),
      (left + right) / 2,
      bottom + 32,
      TEXT,
      GREY,
      'middle',
    ),
  ];
  if (!domains) {
    const none = letters('no data', (left + right) / 2, (top + bottom) / 2, TEXT, GREY, 'middle');
    return [frame, ...titles, none].join('\n');
  }
  return [...grid(plane), ...marksOf(panel, plane, styles), frame, ...titles]
    .filter(Boolean)
    .join('\n');
}

/** There is no half a row. */
function wholeRows({ kind }: Panel, y: Ruler): Ruler {
  if (kind !== 'interval') return y;
  return { ...y, ticks: y.ticks.filter(({ value }) => Number.isInteger(value)) };
}

function grid({ x, y, left, right, top, bottom }: Plane): string[] {
  const lines = y.ticks.map(({ value }) => `M${tenth(left)} ${y.at(value)}H${right}`);
  const marks = x.ticks.map(({ value }) => `M${x.at(value)} ${bottom}v4`);
  return [
    `<path d="${lines.join('')}" stroke="${GRID}"/>`,
    `<path d="${marks.join('')}" stroke="${GREY}"/>`,
    ...y.ticks.map(({ value, label }) =>
      letters(label, left - 6, Math.min(bottom, Math.max(top, y.at(value))) + 4, TEXT, GREY, 'end'),
    ),
    ...x.ticks.map(({ value, label }) => {
      const half = lettersWidth(label, TEXT) / 2;
      const middle = Math.min(x.at(value), right + 8 - half);
      return letters(label, middle, bottom + 16, TEXT, GREY, 'middle');
    }),
  ];
}

interface Extent {
  min: number;
  max: number;
}

function domainsOf(panel: Panel): { x: Domain; y: Domain } | undefined {
  const [min, max] = panel.x.over ?? [Infinity, -Infinity];
  const along: Extent = { min, max };
  const up: Extent = { min: Infinity, max: -Infinity };
  if (panel.kind === 'interval') {
    for (const { spans } of panel.series) {
      for (const [, from, to] of spans) widen(along, from, to);
    }
    const { low, high } = rowsOf(panel.series.map(({ spans }) => spans));
    const x = domainOf(panel.x, along, isNearZero(along));
    return x && { x, y: [low - 0.5, high + 0.5] };
  }
  const isWide = panel.kind === 'step' || panel.kind === 'bar';
  const wide = isWide ? (panel.x.step ?? 0) : 0;
  for (const { points } of panel.series) {
    for (const point of points) {
      if (!isShown(point, panel)) continue;
      widen(along, point[0], point[0] + wide);
      widen(up, point[1], point[1]);
    }
  }
  const { names } = panel.x;
  const x: Domain | undefined = names
    ? [0, names.length]
    : domainOf(panel.x, along, !isWide && isNearZero(along));
  const y = domainOf(panel.y, up, true);
  return x && y && { x, y };
}

function widen(extent: Extent, low: number, high: number): void {
  if (low < extent.min) extent.min = low;
  if (high > extent.max) extent.max = high;
}

/** So near that an axis that begins at 0 wastes little of it. */
function isNearZero({ min, max }: Extent): boolean {
  return min >= 0 && min <= max / 3;
}

interface Legend {
  readonly lines: number;
  readonly svg: (left: number, top: number) => string;
}

/** Names with their colours, in lines; a single series that has no name but the title's needs none. */
function legendOf(panel: Panel, styles: readonly Style[], room: number, linesMax: number): Legend {
  const count = Math.min(panel.series.length, SERIES_MAX);
  let placed = placedNames(panel, styles, room, count);
  for (let fewer = count - 1; fewer > 0 && placed.lines > linesMax; fewer--) {
    placed = placedNames(panel, styles, room, fewer);
  }
  const svg: Legend['svg'] = (left, top) =>
    placed.names
      .map(({ name, style, x, y }) => {
        const swatch = style ? swatchOf(style, tenth(left + x), top + y + 7) : '';
        return swatch + letters(name, left + x + 15, top + y + 11, TEXT, INK);
      })
      .join('\n');
  return { lines: placed.lines, svg };
}

/** The first `count` names from left to right, and how many more there are. */
function placedNames({ series }: Panel, styles: readonly Style[], room: number, count: number) {
  const more = series.length - count;
  const shown = series.slice(0, count).map(({ name }, index) => ({
    name: shortened(name, room - 18, TEXT),
    style: styles[index],
  }));
  const items = [
    ...shown.filter(({ name }) => name),
    ...(more > 0 ? [{ name: `and ${more} more`, style: undefined }] : []),
  ];
  let x = 0;
  let line = 0;
  const names = items.map(({ name, style }) => {
    const width = lettersWidth(name, TEXT) + 30;
    if (x > 0 && x + width - 14 > room) [x, line] = [0, line + 1];
    const at = { name, style, x, y: line * LINE };
    x += width;
    return at;
  });
  return { names, lines: items.length ? line + 1 : 0 };
}

function swatchOf({ colour, dash }: Style, x: number, y: number): string {
  const look = dash ? `stroke-width="2" stroke-dasharray="${dash}"` : 'stroke-width="6"';
  return `<path d="M${x} ${y}h11" stroke="${colour}" ${look}/>\n`;
}

function notesOf(panel: Panel, room: number, linesMax: number): string[] {
  const lines = [...(panel.notes ?? []), ...leftOut(panel)].flatMap((note) =>
    linesOf(note, room, NOTE),
  );
  const count = Math.max(1, Math.min(NOTES_MAX, Math.floor(linesMax)));
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count - 1), shortened(`${lines[count - 1]} …`, room, NOTE)];
}

/** Nothing is left out silently. */
function leftOut(panel: Panel): string[] {
  if (panel.kind === 'interval') return [];
  let count = 0;
  for (const { points } of panel.series) {
    for (const point of points) if (!isShown(point, panel)) count++;
  }
  if (!count) return [];
  return [`${count} ${count === 1 ? 'point has' : 'points have'} no place on these axes.`];
}

function letters(
  text: string,
  x: number,
  y: number,
  { size, isBold }: Lettering,
  colour: string,
  anchor?: 'middle' | 'end',
): string {
  if (!text) return '';
  const weight = isBold ? ' font-weight="bold"' : '';
  const at = anchor ? ` text-anchor="${anchor}"` : '';
  return `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${size}"${weight}${at} fill="${colour}">${escaped(text)}</text>`;
}
