import { type Clock, SystemClock } from '../base/clock.ts';
import { within } from '../base/stopwatch.ts';
import type { Transport } from '../transport/transport.ts';

/** A connection that takes longer to open is opened while the run goes on. */
const READY_MS_MAX = 1000;

/** What begins, and when on its clock; default: as soon as it is ready. */
export interface Beginning {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly beginMs?: number | undefined;
}

/**
 * Starts what `start` starts, and makes its first requests ready before time begins: users and bodies are made, and
 * connections opened, while the clock stands, and then all that is due at once is only written. Returns what `start`
 * returned; `onBegun` is called when time begins, with Unix time in milliseconds at the clock's time 0, where that
 * may have changed. In simulated time nothing takes any: it begins at once.
 */
export function startReady<T>(
  { clock, transport: { stage }, beginMs }: Beginning,
  start: () => T,
  onBegun: (originEpochMs?: number) => void,
): T {
  if (!(clock instanceof SystemClock) || !stage) {
    const started = start();
    onBegun();
    return started;
  }
  clock.stand(beginMs);
  stage.hold();
  const started = start();
  void within(READY_MS_MAX, stage.allReady()).then(() => {
    clock.go(() => {
      onBegun(beginMs === undefined ? clock.originEpochMs : undefined);
      stage.release();
    });
  });
  return started;
}
