import type { Clock } from './clock.ts';

/** A stretch of time on the clock. */
export interface LateSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

const LOOK_EVERY_MS = 25;
/** Spans that are nearer than this are one. */
const JOIN_MS = 250;
/** A process that is always late would fill its memory with saying so: then spans are joined that lie further apart. */
const SPANS_MAX = 500;

/**
 * Looks 40 times a second whether the event loop was there in time; where it came more than `lateMs` late, the time
 * from when it was due is a span. `stop` gives them, ascending. Costs some microseconds a look.
 */
export function watchLate(clock: Clock, lateMs: number): { stop(): LateSpan[] } {
  let spans: LateSpan[] = [];
  let joinMs = JOIN_MS;
  let timer: unknown;
  const look = (): void => {
    const dueMs = clock.now() + LOOK_EVERY_MS;
    timer = clock.setTimeout(() => {
      const nowMs = clock.now();
      if (nowMs - dueMs > lateMs) spans.push({ fromMs: dueMs, toMs: nowMs });
      while (spans.length > SPANS_MAX) spans = joined(spans, (joinMs *= 2));
      look();
    }, LOOK_EVERY_MS);
  };
  look();
  return {
    stop() {
      clock.clearTimeout(timer);
      return joined(spans, joinMs);
    },
  };
}

function joined(spans: readonly LateSpan[], withinMs: number): LateSpan[] {
  const whole: LateSpan[] = [];
  for (const span of spans) {
    const last = whole.at(-1);
    if (last && span.fromMs - last.toMs < withinMs) {
      whole[whole.length - 1] = { ...last, toMs: span.toMs };
    } else whole.push(span);
  }
  return whole;
}
