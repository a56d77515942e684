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

export function watchIntervals(
  clock: Clock,
  everySec: number,
  tell: Observer['interval'],
  state: () => RunState | undefined,
): IntervalWatch {
  if (!tell) return { add() {}, stop() {} };
  const intervals = new Intervals(clock.now());
  let timer: unknown;
  const next = (): void => {
    timer = clock.setTimeout(() => {
      tell(intervals.cut(clock.now(), state()?.inFlight ?? 0));
      next();
    }, everySec * 1000);
  };
  next();
  return {
    add(record) {
      if (record.phase === 'measure' && record.status !== 'unsent') intervals.add(record);
    },
    stop: () => clock.clearTimeout(timer),
  };
}
