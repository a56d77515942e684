import type { Clock } from '../base/clock.ts';
import type { TurnRecord } from '../record/record.ts';
import type { RunState } from '../run/run.ts';
import { Intervals } from '../stats/interval.ts';
import type { Observer } from './observer.ts';

/** Sums up what was measured since the last time, every so often. */
export interface IntervalWatch {
  add(record: TurnRecord): void;
  stop(): void;
}

/** The first interval begins with the measuring. While the run warms up, that is noticed, and nothing summed up. */
export function watchIntervals(
  clock: Clock,
  everySec: number,
  { interval: tell, notice }: Pick<Observer, 'interval' | 'notice'>,
  state: () => RunState | undefined,
): IntervalWatch {
  if (!tell) return { add() {}, stop() {} };
  const everyMs = everySec * 1000;
  let intervals: Intervals | undefined;
  let nextMs = 0;
  let timer: unknown;
  const begin = (sinceMs: number): Intervals => {
    nextMs = sinceMs + everyMs;
    return new Intervals(sinceMs);
  };
  const tick = (): void => {
    const { measureStartMs, inFlight = 0 } = state() ?? {};
    if (measureStartMs !== undefined) intervals ??= begin(measureStartMs);
    const nowMs = clock.now();
    if (!intervals) notice?.(warmingUpLine(nowMs, inFlight));
    else if (nowMs < nextMs) {
      // It has begun since the last time: a whole interval is not over yet.
      again(nextMs - nowMs);
      return;
    } else {
      tell(intervals.cut(nowMs, inFlight));
      nextMs = nowMs + everyMs;
    }
    again(everyMs);
  };
  const again = (delayMs: number): void => {
    timer = clock.setTimeout(tick, delayMs);
  };
  again(everyMs);
  return {
    add(record) {
      if (record.phase !== 'measure' || record.status === 'unsent') return;
      intervals ??= begin(state()?.measureStartMs ?? clock.now());
      intervals.add(record);
    },
    stop: () => clock.clearTimeout(timer),
  };
}

function warmingUpLine(nowMs: number, inFlight: number): string {
  return `${(nowMs / 1000).toFixed(1)} s, warming up: ${inFlight} in flight`;
}
