import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from './clock.ts';
import { type DelaySeries, Delays } from './delay-series.ts';
import { MS_PER_NS, RESOLUTION_MS } from './health.ts';

/** A stretch of time on the clock. */
export interface LateSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The greatest delay of the event loop since it was last asked. */
export interface LongestDelay {
  takeMs(): number;
  stop(): void;
}

/** A delay is placed to within this. Looking oftener costs more than the histogram does: 0.1 % of a core as it is. */
const LOOK_EVERY_MS = 100;
/** Spans that are nearer than this are one. */
const JOIN_MS = 250;
/** A process that is always late would fill its memory with saying so: then spans are joined that lie further apart. */
const SPANS_MAX = 500;

/** How late the event loop was: when it was later than it may be, ascending; and by how much, all the time. */
export interface Lateness {
  readonly spans: readonly LateSpan[];
  /** Absent: it was stopped before the first look. */
  readonly delays?: DelaySeries;
}

/**
 * Looks ten times a second whether the event loop was more than `lateMs` late meanwhile; the time since it last
 * looked is then a span.
 */
export function watchLate(
  clock: Clock,
  lateMs: number,
  longest: LongestDelay = longestDelay(),
): { stop(): Lateness } {
  let spans: LateSpan[] = [];
  let joinMs = JOIN_MS;
  const delays = new Delays(clock.now());
  let timer: unknown;
  const look = (fromMs: number): void => {
    timer = clock.setTimeout(() => {
      const toMs = clock.now();
      const delayMs = longest.takeMs();
      delays.add(toMs, delayMs);
      if (delayMs > lateMs) spans.push({ fromMs, toMs });
      while (spans.length > SPANS_MAX) spans = joined(spans, (joinMs *= 2));
      look(toMs);
    }, LOOK_EVERY_MS);
  };
  look(clock.now());
  return {
    stop() {
      clock.clearTimeout(timer);
      longest.stop();
      const series = delays.close();
      return { spans: joined(spans, joinMs), ...(series && { delays: series }) };
    },
  };
}

/** As the engine of the loop counts it, without a callback of ours. */
export function longestDelay(): LongestDelay {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    takeMs() {
      const ms = delay.count ? delay.max * MS_PER_NS - RESOLUTION_MS : 0;
      delay.reset();
      return ms;
    },
    stop: () => void delay.disable(),
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
