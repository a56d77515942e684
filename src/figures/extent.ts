import type { Point } from '../stats/sample.ts';
import { type Domain, domainOf } from './axis.ts';
import type { Panel, PointsPanel, Span } from './panel.ts';
import { stacked } from './stacked.ts';

interface Extent {
  min: number;
  max: number;
}

/** What both axes of a panel go over; undefined if there is nothing to show. */
export function domainsOf(panel: Panel): { x: Domain; y: Domain } | undefined {
  const [min, max] = panel.x.over ?? [Infinity, -Infinity];
  const along: Extent = { min, max };
  if (panel.kind === 'interval') {
    for (const { spans } of panel.series) {
      for (const [, from, to] of spans) widen(along, from, to);
    }
    const { low, high } = rowsOf(panel.series.map(({ spans }) => spans));
    const x = domainOf(panel.x, along, isNearZero(along));
    return x && low <= high ? { x, y: [low - 0.5, high + 0.5] } : undefined;
  }
  const up: Extent = { min: Infinity, max: -Infinity };
  const isWide = panel.kind === 'step' || panel.kind === 'bar';
  const wide = isWide ? (panel.x.step ?? (panel.kind === 'bar' ? barWidth(panel) : 0)) : 0;
  for (const [x, low, high] of shownIn(panel)) {
    widen(along, x, x + wide);
    widen(up, low, high);
  }
  for (const { at, axis = 'x' } of up.min <= up.max ? (panel.marks ?? []) : []) {
    if (isPlaced(at, panel[axis].scale)) widen(axis === 'x' ? along : up, at, at);
  }
  const { names, isNumbering } = panel.x;
  const x: Domain | undefined = names
    ? [0, names.length]
    : domainOf(panel.x, along, !isWide && !isNumbering && isNearZero(along));
  const y = domainOf(panel.y, up, true);
  return x && y && { x, y };
}

function barWidth({ series }: PointsPanel): number {
  return Math.min(...series.map(({ points }) => leastDistance(points)), Infinity);
}

/** Whether it is a number on both axes: a logarithmic one has none for 0. */
export function isShown([x, y]: Point, { x: along, y: up }: Pick<Panel, 'x' | 'y'>): boolean {
  return isPlaced(x, along.scale) && isPlaced(y, up.scale);
}

function isPlaced(value: number, scale: 'log' | 'time' | undefined): boolean {
  return Number.isFinite(value) && (scale !== 'log' || value > 0);
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

function* shownIn(panel: PointsPanel): Generator<readonly [number, number, number]> {
  if (panel.isStacked) {
    for (const one of stacked(panel.series)) yield* one.points;
    return;
  }
  for (const { points } of panel.series) {
    for (const [x, y] of points) if (isShown([x, y], panel)) yield [x, y, y];
  }
  for (const { points } of panel.bands ?? []) {
    for (const [x, low, high] of points) {
      if (isShown([x, low], panel) && isShown([x, high], panel)) yield [x, low, high];
    }
  }
}

function widen(extent: Extent, low: number, high: number): void {
  if (low < extent.min) extent.min = low;
  if (high > extent.max) extent.max = high;
}

/** So near that an axis that begins at 0 wastes little of it. */
function isNearZero({ min, max }: Extent): boolean {
  return min >= 0 && min <= max / 3;
}

/** The least distance of two points that follow each other; 1 where there are none. */
export function leastDistance(points: readonly Point[]): number {
  let least = Infinity;
  points.forEach(([x], index) => {
    const distance = x - (points[index - 1]?.[0] ?? x);
    if (distance > 0) least = Math.min(least, distance);
  });
  return least < Infinity ? least : 1;
}
