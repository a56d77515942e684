import type { Point } from '../stats/sample.ts';
import type { Panel, PointsPanel, Span } from './panel.ts';
import { type Ruler, tenth } from './ruler.ts';
import { type Cloud, joined, type Pixels, thinnedCloud, thinnedLine } from './thinned.ts';

/** Where the marks of a series go. */
export interface Plane {
  readonly x: Ruler;
  readonly y: Ruler;
  /** Pixels of its sides. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How a series is told from others. */
export interface Style {
  readonly colour: string;
  readonly dash?: string;
  /** Which one of how many. */
  readonly index: number;
  readonly count: number;
}

/** The marks of each series, as SVG: of a size that does not grow with the number of points. */
export function marksOf(panel: Panel, plane: Plane, styles: readonly Style[]): string[] {
  if (panel.kind === 'interval') {
    const { low, high } = rowsOf(panel.series.map(({ spans }) => spans));
    const pitch = (plane.bottom - plane.top) / (high - low + 1);
    return panel.series.map(({ spans }, index) => bars(spans, plane, styles[index]!, pitch));
  }
  const draw = MARKS[panel.kind];
  return panel.series.map(({ points }, index) => {
    const shown = points.filter((point) => isShown(point, panel));
    return shown.length ? draw(shown, plane, styles[index]!, panel) : '';
  });
}

/** Whether it is a number on both axes: a logarithmic one has none for 0. */
export function isShown([x, y]: Point, { x: along, y: up }: Pick<Panel, 'x' | 'y'>): boolean {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
  return (along.scale !== 'log' || x > 0) && (up.scale !== 'log' || y > 0);
}

export function rowsOf(series: readonly (readonly Span[])[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const spans of series) {
    for (const [row] of spans) {
      low = Math.min(low, row);
      high = Math.max(high, row);
    }
  }
  return { low, high };
}

type Draw = (points: readonly Point[], plane: Plane, style: Style, panel: PointsPanel) => string;

const MARKS = {
  line(points, plane, style, { hasDots }) {
    const pixels = thinnedLine(inPixels(points, plane));
    const dotted = hasDots
      ? dots({ points: pixels, opacity: 1, isCell: false }, style.colour, 5)
      : '';
    // A line of one point would be none.
    return pixels.length > 1
      ? stroke(joinedUp(pixels), style) + dotted
      : dots({ points: pixels, opacity: 1, isCell: false }, style.colour, 5);
  },

  scatter(points, plane, { colour }) {
    return thinnedCloud(inPixels(points, plane))
      .map((cloud) => dots(cloud, colour, 3))
      .join('');
  },

  step(points, plane, style, { x: { step } }) {
    const runs: Pixels[][] = [];
    points.forEach(([x, y], index) => {
      const next = points[index + 1]?.[0];
      const last = points[index - 1]?.[0];
      const end = step === undefined ? (next ?? x) : Math.min(next ?? Infinity, x + step);
      // Where nothing is known there is no line.
      const isGap = step !== undefined && last !== undefined && x - last > 1.001 * step;
      const [from, to] = [plane.x.at(x), Math.min(plane.x.at(end), plane.right)];
      if (!runs.length || (isGap && from - runs.at(-1)!.at(-1)![0] > 1)) runs.push([]);
      runs.at(-1)!.push([from, plane.y.at(y)], [to, plane.y.at(y)]);
    });
    return stroke(runs.map((run) => joinedUp(thinnedLine(run))).join(''), style);
  },

  bar(points, plane, { colour, index, count }, { x: { step, names }, y }) {
    const width = step ?? distanceOf(points);
    const zero = y.scale ? plane.bottom : Math.min(plane.bottom, plane.y.at(0));
    const bars = new Map<number, { top: number; right: number }>();
    for (const [x, height] of points) {
      const [from, to] = [plane.x.at(x), plane.x.at(x + width)];
      // Series stand side by side, with some air between places; names are apart from each other.
      const air = Math.min(names ? Infinity : 2, (to - from) / 4);
      const part = (to - from - air) / count;
      const left = Math.max(plane.left, from + air / 2 + index * part);
      // Of those that share a pixel the highest is seen.
      const place = part < 1 ? Math.floor(left) : tenth(left);
      const top = Math.min(bars.get(place)?.top ?? Infinity, plane.y.at(height));
      bars.set(place, {
        top,
        right: tenth(Math.min(plane.right, Math.max(left + part, place + 1))),
      });
    }
    const paths = [...bars].map(
      ([left, { top, right }]) => `M${left} ${zero}V${top}H${right}V${zero}z`,
    );
    return `<path d="${paths.join('')}" fill="${colour}"/>`;
  },
} satisfies Record<PointsPanel['kind'], Draw>;

function bars(spans: readonly Span[], plane: Plane, { colour }: Style, pitch: number): string {
  const thickness = Math.max(1, Math.min(14, 0.7 * pitch));
  const lines = joined(
    spans
      .filter((span) => span.every(Number.isFinite))
      .map(([row, from, to]) => {
        const y = plane.y.at(row);
        // Rows that are less than two pixels apart lie on each other.
        return [pitch < 2 ? 2 * Math.round(y / 2) : y, plane.x.at(from), plane.x.at(to)];
      }),
  );
  if (!lines.length) return '';
  const path = lines.map(([y, left, right]) => `M${left} ${y}H${tenth(right)}`).join('');
  return `<path d="${path}" stroke="${colour}" stroke-width="${tenth(thickness)}" fill="none" opacity="0.85"/>`;
}

function inPixels(points: readonly Point[], { x, y }: Plane): Pixels[] {
  return points.map(([along, up]) => [x.at(along), y.at(up)]);
}

function joinedUp(points: readonly Pixels[]): string {
  return points.map(([x, y], index) => `${index ? 'L' : 'M'}${x} ${y}`).join('');
}

/** One path of lines without length, of which the ends are seen: few letters a point. */
function dots({ points, opacity, isCell }: Cloud, colour: string, size: number): string {
  const path = points.map(([x, y]) => `M${x} ${y}h0`).join('');
  const ends = isCell ? 'square' : 'round';
  return `<path d="${path}" stroke="${colour}" stroke-width="${size}" stroke-linecap="${ends}" fill="none" opacity="${opacity}"/>`;
}

/** Where colours begin again, lines are dashed. */
const DASHES = [undefined, '6 3', '2 3'];

/** How lines of the nth series are drawn. */
export function styleOf(index: number, count: number): Style {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length];
  return { colour: COLOURS[index % COLOURS.length]!, index, count, ...(dash && { dash }) };
}

function stroke(path: string, { colour, dash }: Style): string {
  return `<path d="${path}" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round" fill="none" opacity="0.85"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

/** Of Okabe and Ito: told apart by those, too, who see fewer colours. */
const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#444444',
] as const;

/** The least distance of two points that follow each other; 1 where there are none. */
function distanceOf(points: readonly Point[]): number {
  let least = Infinity;
  points.forEach(([x], index) => {
    const distance = x - (points[index - 1]?.[0] ?? x);
    if (distance > 0) least = Math.min(least, distance);
  });
  return least < Infinity ? least : 1;
}
