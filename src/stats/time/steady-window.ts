import { Column } from '../column.ts';
import { METRICS, type RequestMetricName } from '../metrics.ts';
import { eachInTime } from './in-time.ts';
import { startUpCount } from './mser.ts';
import type { Interval, PlacedPart, RateWindow } from './timeline.ts';

/** How the steady state of a run was found. */
export type SteadyRule =
  /** Closed loop: so many of the conversations that there may be at a time were under way. */
  | { readonly name: 'full'; readonly conversations: number; readonly cap: number }
  /** Open loop: after the cut that MSER-5 makes in the series of this metric, until no more conversations came. */
  | { readonly name: 'mser5'; readonly by: RequestMetricName };

/** On the timeline that all parts share. */
export interface SteadyWindow extends Interval {
  readonly rule: SteadyRule;
}

/** Why a run has no steady state: a sentence's end. */
export type NoWindow = string;

/** The part of a closed loop with so much of its cap in use. */
const FULL_SHARE = 0.95;

/**
 * The longest stretch in which at least 95 % of `cap` conversations were under way, from when their first turn was
 * due to the end of their last. That is requests in flight, where nobody pauses.
 */
export function fullWindow(
  placed: readonly PlacedPart[],
  {
    cap,
    offering,
    isHandedOver,
  }: { readonly cap: number; readonly offering: Interval; readonly isHandedOver: boolean },
): SteadyWindow | NoWindow {
  const spans = spansOf(placed, isHandedOver);
  const conversations = Math.max(1, Math.ceil(FULL_SHARE * Math.min(cap, spans.length) - 1e-9));
  const longest = longestWith(conversations, spans, offering);
  if (!longest) return `fewer than ${conversations} of ${cap} conversations were ever under way`;
  return { ...longest, rule: { name: 'full', conversations, cap } };
}

/** What is left of an open loop without its start-up, and without what came after the last arrival. */
export function settledWindow(
  placed: readonly PlacedPart[],
  arriving: RateWindow,
): SteadyWindow | NoWindow {
  const { startMs, endMs } = arriving;
  if (endMs - startMs < AT_ONCE_MS) return 'all conversations came at once';
  for (const by of ['ttftFromIntendedMs', 'latencyFromIntendedMs'] as const) {
    const values = new Column();
    const ends = new Column();
    eachInTime(placed, (record, { offsetMs }) => {
      if (record.phase !== 'measure' || record.status !== 'ok') return;
      const value = METRICS[by].of(record);
      if (value === undefined || record.intendedMs! + offsetMs > endMs) return;
      values.add(value);
      ends.add(record.endMs! + offsetMs);
    });
    if (values.count === 0) continue;
    const cut = startUpCount(values.values());
    if (cut === undefined) return whyNot(values.count);
    const fromMs = cut === 0 ? startMs : ends.values()[cut - 1]!;
    if (fromMs >= endMs) return whyNot(values.count);
    return { startMs: fromMs, endMs, rule: { name: 'mser5', by } };
  }
  return 'no request was completed';
}

/** What is sent at an infinite rate comes within microseconds, as real clocks have it. */
const AT_ONCE_MS = 1;

function whyNot(count: number): string {
  return count < 100
    ? 'fewer than 100 requests were completed while conversations came'
    : 'latencies were still changing in the second half (MSER-5)';
}

/** When each conversation was under way. */
function spansOf(
  placed: readonly PlacedPart[],
  isHandedOver: boolean,
): { startMs: number; endMs: number }[] {
  const spans = new Map<number, { startMs: number; endMs: number }>();
  for (const { part, offsetMs } of placed) {
    for (const { userId, phase, intendedMs, endMs } of part.records) {
      if (intendedMs === undefined || endMs === undefined) continue;
      if (phase === 'warmup' && !isHandedOver) continue;
      const dueMs = intendedMs + offsetMs;
      const overMs = endMs + offsetMs;
      const span = spans.get(userId);
      if (!span) spans.set(userId, { startMs: dueMs, endMs: overMs });
      else {
        if (dueMs < span.startMs) span.startMs = dueMs;
        if (overMs > span.endMs) span.endMs = overMs;
      }
    }
  }
  return [...spans.values()];
}

/** A sweep line. At equal times starts come first: a slot that changes hands is never empty. */
function longestWith(
  most: number,
  spans: readonly Interval[],
  within: Interval,
): Interval | undefined {
  const starts = Float64Array.from(spans, ({ startMs }) => startMs).sort();
  const ends = Float64Array.from(spans, ({ endMs }) => endMs).sort();
  let longest: Interval | undefined;
  let fullSinceMs: number | undefined;
  let started = 0;
  let ended = 0;
  while (ended < ends.length) {
    if (started < starts.length && starts[started]! <= ends[ended]!) {
      started++;
      if (started - ended >= most) fullSinceMs ??= starts[started - 1]!;
      continue;
    }
    ended++;
    if (fullSinceMs === undefined || started - ended >= most) continue;
    const startMs = Math.max(fullSinceMs, within.startMs);
    const endMs = Math.min(ends[ended - 1]!, within.endMs);
    if (endMs - startMs > (longest ? longest.endMs - longest.startMs : 0))
      longest = { startMs, endMs };
    fullSinceMs = undefined;
  }
  return longest;
}
