import * as Plot from '@observablehq/plot';
import type { Point } from '../stats/sample.ts';
import { isShown, leastDistance, rowsOf } from './extent.ts';
import type { Panel, PanelAxis, PointsPanel, Span } from './panel.ts';
import type { Plane } from './plane.ts';
import { stacked } from './stacked.ts';
import type { Palette, Style } from './style.ts';
import { CELL, joined, thinnedCloud, thinnedLine } from './thinned.ts';

/** The marks of a panel: of a size that does not grow with the number of points. */
export function marksOf(
  panel: Panel,
  plane: Plane,
  styles: readonly Style[],
  palette: Palette,
): Plot.Markish[] {
  if (panel.kind === 'interval') {
    const { low, high } = rowsOf(panel.series.map(({ spans }) => spans));
    const pitch = Math.abs(plane.y.range[1] - plane.y.range[0]) / (high - low + 1);
    return panel.series.map(({ spans }, index) => timeline(spans, plane, styles[index]!, pitch));
  }
  if (panel.isStacked) return stackedMarks(panel, plane, styles, palette);
  const draw = MARKS[panel.kind];
  return panel.series.flatMap(({ points }, index) => {
    const shown = points.filter((point) => isShown(point, panel));
    const place = { index, count: panel.series.length };
    return shown.length ? draw(shown, plane, styles[index]!, panel, place) : [];
  });
}

type Draw = (
  points: readonly Point[],
  plane: Plane,
  style: Style,
  panel: PointsPanel,
  /** Which series of how many. */
  place: { readonly index: number; readonly count: number },
) => Plot.Markish[];

const MARKS = {
  line(points, { x }, style, { hasDots }) {
    // A line of one point would be none.
    const line = points.length > 1 ? [lineMark(thinnedLine(points, x.at), style)] : [];
    const isDotted = points.length === 1 || (hasDots && points.length <= DOTS_MAX);
    return [...line, ...(isDotted ? [dots(points, style.colour, 5)] : [])];
  },

  scatter(points, { x, y }, { colour }) {
    const pixels = points.map(([along, up]): Point => [x.at(along), y.at(up)]);
    return thinnedCloud(pixels).map(({ points: cloud, opacity, isCell }) => {
      const value = ([along, up]: Point): Point => [x.valueAt(along), y.valueAt(up)];
      if (!isCell) return dots(cloud.map(value), colour, 3, { strokeOpacity: opacity });
      // As long as they are thick: not all that draws and prints knows the ends of a line without length.
      const cells = cloud.map(([along, up]) => [
        value([along - CELL / 2, up]),
        value([along + CELL / 2, up]),
      ]);
      const look = { strokeOpacity: opacity, strokeLinecap: 'butt' as const };
      return strokes(cells, colour, CELL, look);
    });
  },

  step(points, { x }, style, { x: axis }) {
    const ends = stretches(points, axis.step, x);
    const runs: Point[][] = [];
    points.forEach(([from, value], index) => {
      if (ends[index]!.isAfterGap || !runs.length) runs.push([]);
      runs.at(-1)!.push([from, value], [ends[index]!.to, value]);
    });
    // What holds for no time would be no line.
    const [moments, lasting] = [true, false].map((isMoment) =>
      runs.filter((run) => (run.at(-1)![0] === run[0]![0]) === isMoment),
    ) as [Point[][], Point[][]];
    return [
      ...(lasting.length
        ? [lineMark(apart(lasting.map((run) => thinnedLine(run, x.at))), style)]
        : []),
      ...(moments.length
        ? [
            dots(
              moments.map(([point]) => point!),
              style.colour,
              5,
            ),
          ]
        : []),
    ];
  },

  bar(points, { x, y }, { colour }, { x: axis }, { index, count }) {
    const width = axis.step ?? leastDistance(points);
    const base = y.domain[0] > 0 ? y.domain[0] : 0;
    const bars = new Map<number, { x1: number; x2: number; height: number }>();
    for (const [from, height] of points) {
      const { first, part } = barAt(from, width, { x, axis, index, count });
      // Of those that share a pixel the highest is seen.
      const place = part < 1 ? Math.floor(first) : first;
      const last = Math.min(x.range[1], Math.max(first + part, place + 1));
      const known = bars.get(place)?.height ?? -Infinity;
      bars.set(place, {
        x1: x.valueAt(place),
        x2: x.valueAt(last),
        height: Math.max(known, height),
      });
    }
    return [
      Plot.rect([...bars.values()], { x1: 'x1', x2: 'x2', y1: base, y2: 'height', fill: colour }),
    ];
  },
} satisfies Record<PointsPanel['kind'], Draw>;

/**
 * Where a bar begins and how wide it is, in pixels. Series stand side by side, with some air between places; names
 * are apart from each other.
 * @param width of a place, in values of x
 */
export function barAt(
  from: number,
  width: number,
  { x, axis, index, count }: Pick<Plane, 'x'> & BarSeries,
): { readonly first: number; readonly part: number } {
  const [left, right] = [x.at(from), x.at(from + width)];
  const air = Math.min(axis.names ? Infinity : 2, (right - left) / 4);
  const part = (right - left - air) / count;
  return { first: Math.max(x.range[0], left + air / 2 + index * part), part };
}

interface BarSeries {
  readonly axis: PanelAxis;
  readonly index: number;
  readonly count: number;
}

/** Every point of a line is seen where there are no more than these. */
const DOTS_MAX = 200;

function lineMark(points: readonly Point[], { colour, dash }: Style): Plot.Markish {
  return Plot.line(points, {
    x: '0',
    y: '1',
    stroke: colour,
    strokeWidth: 1.8,
    strokeLinejoin: 'round',
    ...(dash && { strokeDasharray: dash }),
  });
}

/** Points that no line joins. */
function dots(points: readonly Point[], colour: string, size: number, more: Plot.LineOptions = {}) {
  const lines = points.map((point) => [point]);
  return strokes(lines, colour, size, { strokeLinecap: 'round', ...more });
}

/** One path of many lines: few letters each. */
function strokes(
  lines: readonly (readonly Point[])[],
  colour: string,
  size: number,
  more: Plot.LineOptions,
): Plot.Markish {
  return Plot.line(apart(lines), { x: '0', y: '1', stroke: colour, strokeWidth: size, ...more });
}

/** Lines in one, with nothing between the end of one and the next. */
function apart(lines: readonly (readonly Point[])[]): Point[] {
  return lines.flatMap((line) => [...line, [Number.NaN, Number.NaN] as Point]);
}

interface Stretch {
  readonly to: number;
  /** Whether nothing is known just before it: there is no line. */
  readonly isAfterGap: boolean;
}

/** How far each point of a step holds. */
function stretches(points: readonly Point[], step: number | undefined, x: Plane['x']): Stretch[] {
  const edge = x.domain[1];
  return points.map(([from], index) => {
    const next = points[index + 1]?.[0];
    const last = points[index - 1]?.[0];
    const end = step === undefined ? (next ?? from) : Math.min(next ?? Infinity, from + step);
    const isApart = step !== undefined && last !== undefined && from - last > 1.001 * step;
    return {
      to: Math.min(end, edge),
      isAfterGap: isApart && x.at(from) - x.at(last + step) > 1,
    };
  });
}

function stackedMarks(
  panel: PointsPanel,
  { x }: Plane,
  styles: readonly Style[],
  { paper }: Palette,
): Plot.Markish[] {
  const { kind, series, x: axis } = panel;
  return stacked(series).flatMap(({ points }, index): Plot.Markish[] => {
    if (!points.length) return [];
    const fill = styles[index]!.colour;
    const along = points.map(([at, , high]): Point => [at, high]);
    if (kind === 'bar') {
      const width = axis.step ?? leastDistance(along);
      const air = (axis.names ? 0.125 : 0) * width;
      const bars = points.map(([at, low, high]) => [at + air, at + width - air, low, high]);
      const stroke = x.at(points[0]![0] + width) - x.at(points[0]![0]) > 6 ? { stroke: paper } : {};
      return [Plot.rect(bars, { x1: '0', x2: '1', y1: '2', y2: '3', fill, ...stroke })];
    }
    const ends = kind === 'step' ? stretches(along, axis.step, x) : undefined;
    const rows = points.flatMap(([at, low, high], place) => [
      ...(ends?.[place]?.isAfterGap ? [[Number.NaN, Number.NaN, Number.NaN]] : []),
      [at, low, high],
      ...(ends ? [[ends[place]!.to, low, high]] : []),
    ]);
    return [Plot.areaY(rows, { x: '0', y1: '1', y2: '2', fill, fillOpacity: 0.85 })];
  });
}

function timeline(
  spans: readonly Span[],
  { x, y }: Plane,
  { colour }: Style,
  pitch: number,
): Plot.Markish {
  const thickness = Math.max(1, Math.min(14, 0.7 * pitch));
  const bars = joined(
    spans
      .filter((span) => span.every(Number.isFinite))
      .map(([row, from, to]) => {
        const at = y.at(row);
        // Rows that are less than two pixels apart lie on each other.
        return [pitch < 2 ? 2 * Math.round(at / 2) : at, x.at(from), x.at(to)];
      }),
  );
  const lines = bars.map(([at, left, right]): Point[] => {
    const row = y.valueAt(at);
    return [
      [x.valueAt(left), row],
      [x.valueAt(right), row],
    ];
  });
  return strokes(lines, colour, thickness, { strokeLinecap: 'butt', strokeOpacity: 0.85 });
}
