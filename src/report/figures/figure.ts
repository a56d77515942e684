import type { Overlays, PanelSeries } from '../../figures/panel.ts';

/** What a picture of a run shows, as data: whoever draws it needs to know no more than this. */
export interface Figure extends Overlays {
  /** Its name in files and links. */
  readonly name: string;
  readonly title: string;
  /**
   * step: a point holds from its x for `x.step` on (the last one as far as the run went).
   * line: points are joined. scatter: they are not. bar: stands from its x for `x.step` on.
   */
  readonly kind: 'step' | 'line' | 'scatter' | 'bar';
  /** Of bars, steps and lines: each series lies upon those before it. */
  readonly isStacked?: true;
  /** line: every point is seen as one, where they are few. */
  readonly hasDots?: true;
  readonly x: Axis;
  readonly y: Axis;
  /** Those without a point are left out; none if nothing is known. */
  readonly series: readonly Series[];
  /** What a reader must know of how it was made: sentences. */
  readonly notes: readonly string[];
}

export interface Axis {
  readonly label: string;
  /** share: 0 to 1, to be shown as percent. count: a number of things. */
  readonly unit: 's' | 'ms' | 'tokens' | 'blocks' | 'GB' | '/s' | 'GB/s' | 'share' | 'count';
  /** How it is best drawn; absent: linear. */
  readonly scale?: 'log';
  /** Length of what a point of a `step` or `bar` figure stands for, in the axis's unit. */
  readonly step?: number;
  /** From where to where it goes at least. */
  readonly over?: readonly [from: number, to: number];
  /** Of the x axis: numbers of rounds, say, which are counted from 1: there is no 0. */
  readonly isNumbering?: true;
  /** Of a category axis of bars: the nth name stands for n to n + 1. */
  readonly names?: readonly string[];
}

/** Points ascend in x. Where y is unknown there is no point: it is never 0. */
export type Series = PanelSeries;

/** A figure but for its name and title, which the table of figures gives. */
export type Plot = Omit<Figure, 'name' | 'title'>;

export function known(series: readonly Series[]): Series[] {
  return series.filter(({ points }) => points.length > 0);
}

/** Logarithmic where values are far apart, as those with a long tail are, and there is no 0 among them. */
export function scaleOf(values: readonly number[]): Pick<Axis, 'scale'> {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > 0 && max >= 100 * min ? { scale: 'log' } : {};
}
