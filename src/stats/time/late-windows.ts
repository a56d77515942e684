import type { LateWindow } from '../../record/record.ts';
import { type Interval, type PlacedPart, totalMs, union } from './timeline.ts';

/** A stretch of the timeline, within what was measured, in which the client was late. */
export type PlacedWindow = Interval & Pick<LateWindow, 'cause'>;

/** Of all parts, each within the time that its part measured; in the order of the parts. */
export function lateWindowsOf(placed: readonly PlacedPart[]): PlacedWindow[] {
  return placed.flatMap(({ part, offsetMs, measured }) =>
    (part.footer?.lateWindows ?? []).flatMap(({ fromMs, toMs, cause }) => {
      const startMs = Math.max(fromMs + offsetMs, measured.startMs);
      const endMs = Math.min(toMs + offsetMs, measured.endMs);
      return startMs < endMs ? [{ startMs, endMs, cause }] : [];
    }),
  );
}

/** Stretches of time in which some process of the client was late. */
export interface LateSummary {
  readonly windows: number;
  readonly totalMs: number;
  readonly longestMs: number;
  /** Of the measured time, 0 to 1. */
  readonly share: number;
}

/** undefined: none was. */
export function lateSummaryOf(
  windows: readonly Interval[],
  measuredMs: number,
): LateSummary | undefined {
  if (windows.length === 0) return undefined;
  const spans = union(windows);
  const lateMs = totalMs(spans);
  return {
    windows: spans.length,
    totalMs: lateMs,
    longestMs: Math.max(...spans.map(({ startMs, endMs }) => endMs - startMs)),
    share: measuredMs > 0 ? lateMs / measuredMs : 0,
  };
}
