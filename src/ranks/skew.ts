/** Between which two numbers of milliseconds the difference of two clocks lies, for certain. */
export interface SkewBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

export const UNKNOWN_SKEW: SkewBounds = { leastMs: -Infinity, mostMs: Infinity };

/** A file was made between these two times of this clock, and the folder's clock says when. Unix time in milliseconds. */
export interface FolderStamp {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly stampMs: number;
}

/** Fewer distinct stamps do not tell in what steps the folder's clock goes. */
const STAMPS_MIN = 3;
/** Kernels stamp files by the last tick of their timer, some of them now and then more finely: at the most so late (HZ = 100). */
const TICK_MS_MAX = 10;

/**
 * This clock less the folder's, by Cristian's algorithm (1989, "Probabilistic clock synchronization") with intersected
 * intervals: a file made between `beforeMs` and `afterMs` was stamped in between. File systems stamp in steps, of a
 * timer's tick or of seconds, so the true time of a stamp lies up to a step after it; a step longer than any tick is
 * the smallest gap between two stamps that were seen. undefined: too few stamps, or they contradict each other.
 */
export function skewToFolder(stamps: readonly FolderStamp[]): SkewBounds | undefined {
  const times = [...new Set(stamps.map(({ stampMs }) => stampMs))].sort((a, b) => a - b);
  if (times.length < STAMPS_MIN) return undefined;
  const gapsMs = times.slice(1).map((ms, index) => ms - times[index]!);
  const stepMs = Math.max(TICK_MS_MAX, Math.min(...gapsMs));
  return within(
    ...stamps.map(({ beforeMs, afterMs, stampMs }) => ({
      leastMs: beforeMs - stampMs - stepMs,
      mostMs: afterMs - stampMs,
    })),
  );
}

/** What lies within all of these bounds; undefined: nothing does. */
export function within(...all: readonly SkewBounds[]): SkewBounds | undefined {
  const leastMs = Math.max(...all.map((one) => one.leastMs));
  const mostMs = Math.min(...all.map((one) => one.mostMs));
  return leastMs <= mostMs ? { leastMs, mostMs } : undefined;
}

/** `a` less `b`, of two differences to the same third clock. */
export function between(a: SkewBounds, b: SkewBounds): SkewBounds {
  return { leastMs: a.leastMs - b.mostMs, mostMs: a.mostMs - b.leastMs };
}

/**
 * Bounds of one clock less another. What was read had been written before, whoever stamps files: `told` is certain.
 * `byFolder` is narrower, and is believed where it does not contradict that: a client that stamps its files itself does.
 */
export function skewOf(told: SkewBounds, byFolder: SkewBounds | undefined): SkewBounds {
  return (byFolder && within(told, byFolder)) ?? told;
}

/**
 * How far this clock is taken to be ahead: not at all, where the bounds allow that, as machines keep time by the
 * network better than this can measure it; else by the middle of the bounds, which is wrong by half of them at most.
 */
export function correctionMs({ leastMs, mostMs }: SkewBounds): number {
  if (leastMs <= 0 && mostMs >= 0) return 0;
  return Number.isFinite(leastMs) && Number.isFinite(mostMs)
    ? (leastMs + mostMs) / 2
    : leastMs > 0
      ? leastMs
      : mostMs;
}
