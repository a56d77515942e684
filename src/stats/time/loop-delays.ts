import type { PlacedPart } from './timeline.ts';

/** The longest that the event loop of a client stood still in a stretch of the timeline that all parts share. */
export interface LoopDelay {
  readonly startMs: number;
  readonly endMs: number;
  readonly maxMs: number;
}

/** Of all parts, each within the time that its part measured. */
export function loopDelaysOf(placed: readonly PlacedPart[]): LoopDelay[] {
  return placed.flatMap(({ part, offsetMs, measured }) => {
    const { fromMs, everyMs, maxMs } = part.footer?.loopDelays ?? NONE;
    return maxMs.flatMap((ms, place): LoopDelay[] => {
      const startMs = Math.max(measured.startMs, fromMs + place * everyMs + offsetMs);
      const endMs = Math.min(measured.endMs, fromMs + (place + 1) * everyMs + offsetMs);
      return startMs < endMs ? [{ startMs, endMs, maxMs: ms }] : [];
    });
  });
}

const NONE = { fromMs: 0, everyMs: 0, maxMs: [] };
