import type { Run } from '../../run/run.ts';

/** What asks a process to end; the last one says that its terminal is gone. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `listener` for each of them, which then does not end the process; returns how to stop. */
export function onSignal(listener: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
}

/** What signals do to a run depends on how far it is. */
export interface Interrupts {
  /** Aborted before the run has begun, or when it is over: nothing more is to be waited for. */
  readonly givenUp: AbortSignal;
  /** Some signal came. */
  has(): boolean;
  /** From here on the first lets requests in flight end, the second ends the run at once. */
  began(run: Run, tell: (line: string) => void, drainSec: number): void;
  ended(): void;
  /** From here on signals do what they do to any process. */
  stop(): void;
}

/** Listens from before a run is loaded until its results are written. */
export function listenForInterrupts(): Interrupts {
  const giveUp = new AbortController();
  let count = 0;
  let whileRunning: ((isFirst: boolean) => void) | undefined;
  const stop = onSignal(() => {
    count++;
    if (whileRunning) whileRunning(count === 1);
    else giveUp.abort();
  });
  return {
    givenUp: giveUp.signal,
    has: () => count > 0,
    began(run, tell, drainSec) {
      whileRunning = (isFirst) => {
        if (!isFirst) {
          tell('stopping now; everything measured is written');
          run.abort();
          return;
        }
        tell(
          `draining: no new turns; waiting up to ${drainSec} s for requests in flight (once more: stop now)`,
        );
        run.interrupt();
      };
    },
    ended() {
      whileRunning = undefined;
    },
    stop,
  };
}

/** Remembers signals, for what comes after a run: a live one drains by itself. */
export function noteInterrupts(): { has(): boolean; stop(): void } {
  let has = false;
  const stop = onSignal(() => {
    has = true;
  });
  return { has: () => has, stop };
}
