import type { Run } from '../run/run.ts';

/** First Ctrl-C or SIGTERM drains the run, the second ends it at once; returns how to stop listening. */
export function onInterrupt(run: Run, tell: (line: string) => void, drainSec: number): () => void {
  let count = 0;
  return onSignal(() => {
    count++;
    if (count === 1) {
      tell(
        `draining: no new turns; waiting up to ${drainSec} s for requests in flight (once more: stop now)`,
      );
      run.interrupt();
      return;
    }
    tell('stopping now; everything measured is written');
    run.abort();
  });
}

/** Remembers signals, for what comes after a run: a live one drains by itself. */
export function noteInterrupts(): { has(): boolean; stop(): void } {
  let has = false;
  const stop = onSignal(() => {
    has = true;
  });
  return { has: () => has, stop };
}

function onSignal(listener: () => void): () => void {
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}
