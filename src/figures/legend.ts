import { lettersWidth, shortened } from './letters.ts';
import { colourOf, markDash } from './overlays.ts';
import { letters, TEXT } from './page-text.ts';
import type { Panel, PointsPanel } from './panel.ts';
import type { Palette, Style } from './style.ts';

export interface Legend {
  readonly lines: number;
  readonly svg: (left: number, top: number) => string;
}

export const LEGEND_LINE = 15;
const ENTRIES_MAX = 14;

interface Entry {
  readonly name: string;
  readonly swatch?: (x: number, y: number) => string;
}

/** Names with their colours, in lines; a single series that has no name but the title's needs none. */
export function legendOf(
  panel: Panel,
  styles: readonly Style[],
  palette: Palette,
  { room, linesMax }: { readonly room: number; readonly linesMax: number },
): Legend {
  const entries = entriesOf(panel, styles, palette).filter(({ name }) => name);
  let placed = placedNames(entries, room, Math.min(entries.length, ENTRIES_MAX));
  for (let fewer = entries.length - 1; fewer > 0 && placed.lines > linesMax; fewer--) {
    placed = placedNames(entries, room, Math.min(fewer, ENTRIES_MAX));
  }
  const svg: Legend['svg'] = (left, top) =>
    placed.names
      .map(({ name, swatch, x, y }) => {
        const drawn = swatch?.(Math.round(left + x), top + y + 7) ?? '';
        return drawn + letters(name, left + x + 15, top + y + 11, TEXT, palette.ink);
      })
      .join('\n');
  return { lines: placed.lines, svg };
}

function entriesOf(panel: Panel, styles: readonly Style[], palette: Palette): Entry[] {
  const series = panel.series.map(({ name }, index): Entry => {
    const { colour, dash } = styles[index]!;
    const look = dash ? `stroke-width="2" stroke-dasharray="${dash}"` : 'stroke-width="6"';
    return { name, swatch: stroke(colour, look) };
  });
  if (panel.kind === 'interval') return series;
  return [
    ...series,
    ...bandEntries(panel, styles, palette),
    ...(panel.marks ?? []).map(({ name }, index) => ({
      name,
      swatch: stroke(palette.ink, `stroke-width="1.4" stroke-dasharray="${markDash(index)}"`),
    })),
    ...(panel.windows ?? []).map(({ name }) => ({
      name,
      swatch: stroke(palette.grey, 'stroke-width="9" stroke-opacity="0.3"'),
    })),
  ];
}

/** One a name: that of several series is grey. */
function bandEntries(panel: PointsPanel, styles: readonly Style[], palette: Palette): Entry[] {
  const bands = panel.bands ?? [];
  return [...new Set(bands.map(({ name }) => name))].map((name) => {
    const alike = bands.filter((band) => band.name === name);
    const of = alike.length === 1 ? alike[0]!.of : undefined;
    if (panel.kind === 'bar') return { name, swatch: stroke(palette.ink, 'stroke-width="1.4"') };
    const colour = colourOf(of, panel, styles, palette);
    return { name, swatch: stroke(colour, 'stroke-width="9" stroke-opacity="0.3"') };
  });
}

function stroke(colour: string, look: string): Entry['swatch'] {
  return (x, y) => `<path d="M${x} ${y}h11" stroke="${colour}" ${look} fill="none"/>\n`;
}

/** The first `count` names from left to right, and how many more there are. */
function placedNames(entries: readonly Entry[], room: number, count: number) {
  const more = entries.length - count;
  const items: Entry[] = [
    ...entries
      .slice(0, count)
      .map(({ name, ...rest }) => ({ ...rest, name: shortened(name, room - 18, TEXT) })),
    ...(more > 0 ? [{ name: `and ${more} more` }] : []),
  ];
  let x = 0;
  let line = 0;
  const names = items.map((item) => {
    const width = lettersWidth(item.name, TEXT) + 30;
    if (x > 0 && x + width - 14 > room) [x, line] = [0, line + 1];
    const at = { ...item, x, y: line * LEGEND_LINE };
    x += width;
    return at;
  });
  return { names, lines: items.length ? line + 1 : 0 };
}
