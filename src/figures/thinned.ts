import type { Point } from '../stats/sample.ts';

/** Points in pixels. */
export type Pixels = Point;

/** More than this are thinned. */
const POINTS_MAX = 2000;

/**
 * Of the points of a line those that its picture needs: of each column of pixels the first, the least, the
 * greatest and the last; `pixelOf` says where an x lies. The line looks the same, and does not grow with the number of points.
 */
export function thinnedLine(
  points: readonly Point[],
  pixelOf: (x: number) => number,
): readonly Point[] {
  if (points.length <= POINTS_MAX) return points;
  const kept: Point[] = [];
  for (let from = 0; from < points.length; ) {
    const column = Math.floor(pixelOf(points[from]![0]));
    let to = from;
    let least = from;
    let greatest = from;
    for (; to < points.length && Math.floor(pixelOf(points[to]![0])) === column; to++) {
      if (points[to]![1] < points[least]![1]) least = to;
      if (points[to]![1] > points[greatest]![1]) greatest = to;
    }
    const indices = [...new Set([from, least, greatest, to - 1])].sort((a, b) => a - b);
    kept.push(...indices.map((index) => points[index]!));
    from = to;
  }
  return kept;
}

/** Points of a cloud, by how many there are at a place: the more, the darker. */
export interface Cloud {
  readonly opacity: number;
  /** Whether a point is a cell, which leaves no room between it and the next. */
  readonly isCell: boolean;
  readonly points: readonly Pixels[];
}

/** Pixels of a side. */
export const CELL = 3;
/** More than a page has. */
const ROWS = 2 ** 16;
const OPACITIES = [0.25, 0.45, 0.7, 1] as const;

/** A cloud of many points is one of cells of 3 pixels, each as dark as it is full on a logarithmic scale. */
export function thinnedCloud(points: readonly Pixels[]): readonly Cloud[] {
  if (points.length <= POINTS_MAX) return [{ opacity: 0.6, isCell: false, points }];
  const cells = new Map<number, number>();
  for (const [x, y] of points) {
    const cell = Math.floor(x / CELL) * ROWS + Math.floor(y / CELL);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  let fullest = 1;
  for (const count of cells.values()) fullest = Math.max(fullest, count);
  const clouds = OPACITIES.map((opacity) => ({ opacity, isCell: true, points: [] as Pixels[] }));
  for (const [cell, count] of cells) {
    const row = cell % ROWS;
    const column = (cell - row) / ROWS;
    const share = Math.log(count) / Math.log(fullest + 1);
    const level = Math.min(OPACITIES.length - 1, Math.floor(share * OPACITIES.length));
    clouds[level]!.points.push([(column + 0.5) * CELL, (row + 0.5) * CELL]);
  }
  return clouds.filter((cloud) => cloud.points.length > 0);
}

/** A bar of a timeline in pixels: from left to right, on a row. */
export type Bar = readonly [y: number, left: number, right: number];

/** Bars of a row that touch, or nearly so, are one; a bar has a width even where it took no time. */
export function joined(bars: readonly Bar[]): Bar[] {
  const sorted = bars.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const kept: [number, number, number][] = [];
  for (const [y, left, end] of sorted) {
    const right = Math.max(end, left + 1);
    const last = kept.at(-1);
    if (last && last[0] === y && left <= last[2] + 1) last[2] = Math.max(last[2], right);
    else kept.push([y, left, right]);
  }
  return kept;
}
