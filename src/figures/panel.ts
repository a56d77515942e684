import type { Point } from '../stats/sample.ts';

/**
 * What one picture shows, as data. A `Figure` of report/figures is one; so is what `trace inspect`, a workload
 * or an analysis has to show.
 */
export type Panel = PointsPanel | SpansPanel;

interface Titled {
  /** Its name in files and links; absent: as it is titled. */
  readonly name?: string;
  readonly title: string;
  readonly x: PanelAxis;
  readonly y: PanelAxis;
  /** Sentences that are printed below it. */
  readonly notes?: readonly string[];
}

export interface PointsPanel extends Titled, Overlays {
  /**
   * line: points are joined. scatter: they are not. step: a point holds from its x for `x.step` on (without one:
   * until the next). bar: stands from its x for `x.step` on (without one: the least distance of two points).
   */
  readonly kind: 'line' | 'scatter' | 'step' | 'bar';
  readonly series: readonly PanelSeries[];
  /** line: every point is seen as one, where they are few. */
  readonly hasDots?: true;
  /** Of bars, steps and lines: each series lies upon those before it, the first on the axis. */
  readonly isStacked?: true;
}

export interface PanelSeries {
  readonly name: string;
  readonly points: readonly Point[];
  /** What was to be expected, not what was seen: lines are dashed. */
  readonly isDashed?: true;
}

/** What lies behind the series, and across them. */
export interface Overlays {
  readonly bands?: readonly Band[];
  readonly marks?: readonly Mark[];
  readonly windows?: readonly Windows[];
}

/** What a series may be as well: an interval of confidence, say. Of bars: a whisker each. */
export interface Band {
  /** Bands of several series that say the same share a name. */
  readonly name: string;
  /** The name of the series whose colour it has; absent: grey. */
  readonly of?: string;
  /** Ascending in x. */
  readonly points: readonly (readonly [x: number, low: number, high: number])[];
}

/** A line across the picture: a limit, or what somebody says. */
export interface Mark {
  readonly name: string;
  readonly at: number;
  /** Of which axis `at` is a value; absent: of x, and the line stands upright. */
  readonly axis?: 'x' | 'y';
}

/** Stretches of the x axis that are shaded: when the client was late, say. */
export interface Windows {
  readonly name: string;
  readonly spans: readonly (readonly [from: number, to: number])[];
}

/** A timeline: a row for a session, say, and on it what it did from when to when. */
export interface SpansPanel extends Titled {
  readonly kind: 'interval';
  readonly series: readonly { readonly name: string; readonly spans: readonly Span[] }[];
}

/** Rows are whole numbers; the least is on top. `from` and `to` are of the x axis. */
export type Span = readonly [row: number, from: number, to: number];

export interface PanelAxis {
  readonly label: string;
  /**
   * Printed behind the label. share: 0 to 1, shown as percent. count: a number of things, not printed.
   * s and ms: shown as minutes, hours or days where there are many.
   */
  readonly unit?: string;
  /** Absent: linear. time: milliseconds since 1970, shown as dates and hours (UTC). */
  readonly scale?: 'log' | 'time';
  /** How long a point holds, in the axis's unit: of `step` and `bar`. */
  readonly step?: number;
  /** Of the x axis: from where to where it goes at least, so that it is as long as that of another panel. */
  readonly over?: readonly [from: number, to: number];
  /** Of the x axis: numbers of rounds, say, which are counted from 1: there is no 0. */
  readonly isNumbering?: true;
  /** Of a category axis of bars: the nth name stands for n to n + 1. */
  readonly names?: readonly string[];
}
