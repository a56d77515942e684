import * as Plot from '@observablehq/plot';
import { leastDistance } from './extent.ts';
import { barAt } from './marks.ts';
import type { Band, Panel, PointsPanel } from './panel.ts';
import type { Plane } from './plane.ts';
import type { Palette, Style } from './style.ts';

/** What is shaded lies behind the series. */
export function behind(panel: Panel, { x, y }: Plane, styles: readonly Style[], palette: Palette) {
  if (panel.kind === 'interval') return [];
  const [low, high] = y.domain;
  const windows = (panel.windows ?? []).map(({ spans }) =>
    Plot.rect(
      spans.map(([from, to]) => [
        Math.max(from, x.domain[0]),
        // What is too short to be seen is seen all the same.
        Math.min(Math.max(to, x.valueAt(x.at(from) + 1)), x.domain[1]),
      ]),
      { x1: '0', x2: '1', y1: low, y2: high, fill: palette.grey, fillOpacity: 0.22 },
    ),
  );
  const areas = panel.kind === 'bar' ? [] : (panel.bands ?? []);
  const bands = areas.map((band) =>
    Plot.areaY(band.points, {
      x: '0',
      y1: '1',
      y2: '2',
      fill: colourOf(band.of, panel, styles, palette),
      fillOpacity: 0.2,
    }),
  );
  return [...windows, ...bands];
}

/** Lines across the picture lie upon it, and so do the whiskers of bars. */
export function across(panel: Panel, plane: Plane, palette: Palette): Plot.Markish[] {
  if (panel.kind === 'interval') return [];
  const marks = (panel.marks ?? []).map(({ at, axis = 'x' }, index) => {
    const look = { stroke: palette.ink, strokeWidth: 1.4, strokeDasharray: markDash(index) };
    return axis === 'x' ? Plot.ruleX([at], look) : Plot.ruleY([at], look);
  });
  const banded = panel.kind === 'bar' ? (panel.bands ?? []) : [];
  return [...banded.map((band) => whiskers(band, panel, plane, palette)), ...marks];
}

/** A stroke from low to high through the middle of each bar. */
function whiskers({ of, points }: Band, panel: PointsPanel, { x }: Plane, { ink }: Palette) {
  const { series, x: axis } = panel;
  const index = series.findIndex(({ name }) => name === of);
  const width = axis.step ?? leastDistance(series[index]?.points ?? []);
  const middle = (from: number): number => {
    const place = { x, axis, index: Math.max(0, index), count: index < 0 ? 1 : series.length };
    const { first, part } = barAt(from, width, place);
    return x.valueAt(first + part / 2);
  };
  const ends = points.map(([from, low, high]) => [middle(from), low, high]);
  return Plot.ruleX(ends, { x: '0', y1: '1', y2: '2', stroke: ink, strokeWidth: 1.4 });
}

/** Several marks are told apart by their dashes. */
export function markDash(index: number): string {
  return ['7 3', '2 2', '7 2 2 2', '12 4'][index % 4]!;
}

export function colourOf(
  name: string | undefined,
  { series }: PointsPanel,
  styles: readonly Style[],
  { grey }: Palette,
): string {
  const index = series.findIndex((one) => one.name === name);
  return name === undefined || index < 0 ? grey : styles[index]!.colour;
}
