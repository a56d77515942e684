import type { RunPart } from '../../record/journal-reader.ts';
import type { RunHeader } from '../../record/record.ts';

/** A stretch of time, in milliseconds. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Where things fell due that are counted for a rate. */
export interface RateWindow extends Interval {
  /** It ends with the last of them; else something cut it off while more could come. */
  readonly isFinished: boolean;
}

/** A part of a run on the timeline that all parts share. */
export interface PlacedPart {
  readonly part: RunPart;
  /** Added to a time of this part's records, gives a time of the timeline. */
  readonly offsetMs: number;
  /** From the start of measuring to the end of the drain, on the timeline. */
  readonly measured: Interval;
  /** From the start of measuring to the start of the drain: when turns could fall due. */
  readonly offering: Interval;
  /** When conversations arrived, and when requests fell due. */
  readonly arriving: RateWindow;
  readonly fallingDue: RateWindow;
  /** The part has no footer: its times were taken from its records. */
  readonly isEstimated: boolean;
}

interface PartTimes {
  readonly measured: Interval;
  readonly offering: Interval;
  readonly arriving: RateWindow;
  readonly fallingDue: RateWindow;
}

/**
 * Puts the parts of a run, or of several partitions of one, on one timeline. Wall-clock parts lie where
 * their epoch says: a resume after the part before it, partitions beside each other. Virtual parts have
 * no epoch: those with the same number are beside each other, the next number follows when all are over.
 */
export function placeParts(parts: readonly RunPart[]): PlacedPart[] {
  const times = parts.map(timesOf);
  const firstEpochMs = Math.min(...parts.map(({ header }) => epochMsOf(header)));
  return parts.map((part, index) => {
    const { header, footer } = part;
    const offsetMs =
      header.clock === 'system'
        ? epochMsOf(header) - firstEpochMs
        : virtualOffsetMs(header.part, parts, times);
    const { measured, offering, arriving, fallingDue } = times[index]!;
    return {
      part,
      offsetMs,
      measured: shifted(measured, offsetMs),
      offering: shifted(offering, offsetMs),
      arriving: shifted(arriving, offsetMs),
      fallingDue: shifted(fallingDue, offsetMs),
      isEstimated: footer === undefined,
    };
  });
}

/** Unix time at time 0 of a part, by the clock of rank 0 where its own is known to differ. */
function epochMsOf({ originEpochMs, start }: RunHeader): number {
  return originEpochMs - (start?.aheadMs ?? 0);
}

/** The intervals as disjoint ones, in order. Durations of resumes add up; those of partitions overlap. */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last && next.startMs <= last.endMs) {
      merged[merged.length - 1] = { ...last, endMs: Math.max(last.endMs, next.endMs) };
    } else merged.push(next);
  }
  return merged;
}

/** As `union`; what lies beside each other ends as the last of them. */
export function unionOfWindows(windows: readonly RateWindow[]): RateWindow[] {
  return union(windows).map((all) => {
    const last = windows.filter(({ endMs }) => endMs === all.endMs);
    return { ...all, isFinished: last.every(({ isFinished }) => isFinished) };
  });
}

/** Length of disjoint intervals together. */
export function totalMs(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs), 0);
}

function timesOf({ records, footer }: RunPart): PartTimes {
  if (footer) {
    const { measureStartMs: startMs, measureEndMs: endMs, drainStartMs, arrivalsEndMs } = footer;
    const offering = { startMs, endMs: drainStartMs };
    const haveAllCome = arrivalsEndMs !== undefined;
    return {
      measured: { startMs, endMs },
      offering,
      arriving: haveAllCome
        ? { startMs, endMs: Math.max(startMs, arrivalsEndMs), isFinished: true }
        : { ...offering, isFinished: false },
      fallingDue: { ...offering, isFinished: haveAllCome && footer.stoppedBy === 'users' },
    };
  }
  let startMs = Infinity;
  let endMs = -Infinity;
  for (const record of records) {
    if (record.phase !== 'measure') continue;
    for (const ms of [record.intendedMs, record.sentMs, record.endMs]) {
      if (ms === undefined) continue;
      startMs = Math.min(startMs, ms);
      endMs = Math.max(endMs, ms);
    }
  }
  const measured = endMs < startMs ? { startMs: 0, endMs: 0 } : { startMs, endMs };
  const window = { ...measured, isFinished: false };
  return { measured, offering: measured, arriving: window, fallingDue: window };
}

function virtualOffsetMs(
  number: number,
  parts: readonly RunPart[],
  times: readonly PartTimes[],
): number {
  const endByNumber = new Map<number, number>();
  parts.forEach(({ header }, index) => {
    if (header.part >= number) return;
    const endMs = times[index]!.measured.endMs;
    endByNumber.set(header.part, Math.max(endByNumber.get(header.part) ?? 0, endMs));
  });
  return [...endByNumber.values()].reduce((sum, endMs) => sum + endMs, 0);
}

function shifted<I extends Interval>(interval: I, byMs: number): I {
  return { ...interval, startMs: interval.startMs + byMs, endMs: interval.endMs + byMs };
}
