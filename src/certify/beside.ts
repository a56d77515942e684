import { stream } from '../base/random.ts';
import type { LateWindow, ProbeErrors } from '../record/record.ts';
import type { Cancel } from '../transport/transport.ts';
import { sendProbe } from './probe.ts';
import { ErrorFold } from './probe-errors.ts';
import type { ProbePlan } from './probe-plan.ts';
import type { Prober } from './prober.ts';

/** Short, and slow: it is to find out what the run does to time stamps, and do nothing to them itself. */
const PLAN: ProbePlan = { firstMs: 50, gapMs: 20, chunks: 6 };
const EVERY_MS = 1000;

export interface Beside {
  /** The probes under way are given up. */
  stop(): { readonly errors: ProbeErrors | undefined; readonly late: readonly LateWindow[] };
}

/**
 * One probe a second, at any moment of it: one that comes every second would always, or never, meet what the client
 * does every second.
 * @param lateMs a probe with a greater error marks its time as late.
 */
export function probeBeside(prober: Prober, lateMs: number): Beside {
  const { clock } = prober;
  const fold = new ErrorFold(1);
  const late: LateWindow[] = [];
  const rng = stream('certify', 'probes');
  const cancels = new Set<Cancel>();
  let timer: unknown;
  const plan = (secondMs: number): void => {
    const dueMs = secondMs + rng() * EVERY_MS;
    timer = clock.setTimeout(
      () => {
        // A probe may fail before it is known how to cancel it.
        let isOver = false;
        let cancel: Cancel | undefined;
        cancel = sendProbe(prober.transport, PLAN, dueMs, (error) => {
          isOver = true;
          if (cancel) cancels.delete(cancel);
          fold.add(error);
          if (!error) return;
          const { ttftMs, gapsMs, sendLatenessMs, dueMs: fromMs, endMs: toMs } = error;
          if (Math.max(ttftMs, sendLatenessMs, ...gapsMs.map(Math.abs)) > lateMs) {
            late.push({ fromMs, toMs, cause: 'probe' });
          }
        });
        if (!isOver) cancels.add(cancel);
        plan(Math.max(secondMs + EVERY_MS, clock.now()));
      },
      Math.max(0, dueMs - clock.now()),
    );
  };
  plan(clock.now());
  return {
    stop() {
      clock.clearTimeout(timer);
      for (const cancel of cancels) cancel();
      cancels.clear();
      return { errors: fold.close(), late };
    },
  };
}
