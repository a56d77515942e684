import type { ProbeErrors } from '../record/record.ts';
import { sendProbe } from './probe.ts';
import { ErrorFold } from './probe-errors.ts';
import type { ProbePlan } from './probe-plan.ts';
import type { Prober } from './prober.ts';

export interface Crowd {
  /** Probes at the same time, each followed by another. */
  readonly streams: number;
  readonly plan: ProbePlan;
  readonly forMs: number;
  /** Aborted: it is over at once. */
  readonly givenUp?: AbortSignal | undefined;
}

/** What a crowd of probes found; `errors` is absent where none had an answer. */
export interface CrowdErrors {
  readonly errors: ProbeErrors | undefined;
  /** Chunks of the probes that count, over the time in which these were under way. */
  readonly chunksPerSec: number;
}

/**
 * So many probes at all times, for so long. They begin over the time that one takes, and the first of each, which
 * opens its connection and finds code that has not been compiled, does not count.
 */
export function probeCrowd(prober: Prober, crowd: Crowd): Promise<CrowdErrors> {
  const { clock } = prober;
  const { streams, plan, forMs, givenUp } = crowd;
  const fold = new ErrorFold(streams);
  const spanMs = plan.firstMs + plan.chunks * plan.gapMs;
  const endMs = clock.now() + spanMs + forMs;
  let firstMs = Infinity;
  let lastMs = 0;
  return new Promise((resolve) => {
    let live = streams;
    const next = (dueMs: number, isFirst: boolean): void => {
      sendProbe(prober.transport, plan, dueMs, (error) => {
        if (!isFirst) {
          fold.add(error);
          firstMs = Math.min(firstMs, dueMs);
          lastMs = Math.max(lastMs, error?.endMs ?? 0);
        }
        const isLast = givenUp?.aborted || clock.now() >= endMs || (!error && !isFirst);
        if (!isLast) later(clock.now() + pauseMs(plan), false);
        else if (--live === 0) {
          const ms = lastMs - firstMs;
          resolve({ errors: fold.close(), chunksPerSec: ms > 0 ? (fold.chunks * 1000) / ms : 0 });
        }
      });
    };
    const later = (dueMs: number, isFirst: boolean): void => {
      clock.setTimeout(() => next(dueMs, isFirst), Math.max(0, dueMs - clock.now()));
    };
    const startMs = clock.now();
    for (let index = 0; index < streams; index++) {
      later(startMs + (index * spanMs) / streams, true);
    }
  });
}

/** A request that follows another is due by a timer, as those of a run are. */
function pauseMs({ gapMs }: ProbePlan): number {
  return gapMs;
}
