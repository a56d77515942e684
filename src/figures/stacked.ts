import type { PanelSeries } from './panel.ts';

export interface StackedSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, low: number, high: number])[];
}

/** Each series upon those before it, at every x by itself: where one has no point, the next lies lower. */
export function stacked(series: readonly PanelSeries[]): StackedSeries[] {
  const tops = new Map<number, number>();
  return series.map(({ name, points }) => ({
    name,
    points: points
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
      .map(([x, y]) => {
        const low = tops.get(x) ?? 0;
        tops.set(x, low + y);
        return [x, low, low + y] as const;
      }),
  }));
}
