import { Column } from '../column.ts';
import { moments } from '../exact.ts';
import type { Interval, RateWindow } from './timeline.ts';

/** Journalled times are rounded to this; the ends of intervals are not. */
export const ROUNDING_MS = 0.001;

/** Points in time, on the timeline that all parts share. */
export class Arrivals {
  readonly #times = new Column();

  add(atMs: number | undefined): void {
    this.#times.add(atMs);
  }

  merge(other: Arrivals): void {
    this.#times.merge(other.#times);
  }

  /** How many fell into one of these disjoint intervals, their ends included. */
  countWithin(intervals: readonly Interval[]): number {
    return this.#count(intervals, ROUNDING_MS);
  }

  /** How many fell into one of these disjoint intervals before its end. */
  countBeforeEnd(intervals: readonly Interval[]): number {
    return this.#count(intervals, -ROUNDING_MS);
  }

  #count(intervals: readonly Interval[], beyondEndMs: number): number {
    return intervals.reduce(
      (count, { startMs, endMs }) =>
        count + this.#times.countBetween(startMs - ROUNDING_MS, endMs + beyondEndMs),
      0,
    );
  }

  /**
   * How many a second there were. Of a window that has finished, from the first to the last, that one (or, of
   * several at once, those) left out: ten that come one a second take nine. Of one that was cut off, all of it.
   * `cutOff` are those that the end of a window kept from being sent: they count before its end.
   */
  ratePerSec(windows: readonly RateWindow[], cutOff?: Arrivals): number | undefined {
    let count = 0;
    let lengthMs = 0;
    for (const window of windows) {
      const part = window.isFinished
        ? this.#finished(window, cutOff)
        : {
            count: this.countWithin([window]) + (cutOff?.countBeforeEnd([window]) ?? 0),
            lengthMs: window.endMs - window.startMs,
          };
      count += part.count;
      lengthMs += part.lengthMs;
    }
    return lengthMs > 0 ? (count * 1000) / lengthMs : undefined;
  }

  #finished({ startMs, endMs }: Interval, cutOff: Arrivals | undefined) {
    const all = new Arrivals();
    all.merge(this);
    if (cutOff) all.merge(cutOff);
    const times = all.#times
      .sorted()
      .filter((ms) => ms >= startMs - ROUNDING_MS && ms <= endMs + ROUNDING_MS);
    const [firstMs = 0, lastMs = 0] = [times[0], times.at(-1)];
    return {
      count: times.filter((ms) => ms < lastMs - ROUNDING_MS).length,
      lengthMs: lastMs - firstMs,
    };
  }

  /**
   * Coefficient of variation of the gaps between them: 0 constant, 1 Poisson, above 1 bursts. A pause
   * between two of the intervals (a resumed run) is no gap. Undefined for fewer than two gaps.
   */
  gapCv(intervals: readonly Interval[]): number | undefined {
    const times = this.#times.sorted();
    const gaps: number[] = [];
    let segment = segmentOf(intervals, times[0] ?? 0);
    for (let index = 1; index < times.length; index++) {
      const next = segmentOf(intervals, times[index]!);
      if (next === segment) gaps.push(times[index]! - times[index - 1]!);
      segment = next;
    }
    if (gaps.length < 2) return undefined;
    const { mean, std } = moments(Float64Array.from(gaps));
    return mean > 0 ? std! / mean : undefined;
  }
}

/** Number of intervals that had begun. */
function segmentOf(intervals: readonly Interval[], atMs: number): number {
  let count = 0;
  for (const { startMs } of intervals) if (startMs <= atMs + ROUNDING_MS) count++;
  return count;
}
