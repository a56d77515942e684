import type { TurnRecord } from '../record/record.ts';
import { METRICS, type RequestMetricName } from './metrics.ts';

/** What an interval has means of. */
export const INTERVAL_METRICS = [
  'ttftMs',
  'tpotMs',
] as const satisfies readonly RequestMetricName[];

type IntervalMetric = (typeof INTERVAL_METRICS)[number];
type MeanName = `mean${Capitalize<IntervalMetric>}`;

/** `meanTtftMs` of `ttftMs`. */
export function meanName(name: IntervalMetric): MeanName {
  return `mean${name.charAt(0).toUpperCase()}${name.slice(1)}` as MeanName;
}

/**
 * One stretch of a run: the requests that ended in it. Rates are over its own length, and 0 if that is
 * 0; means are over completed requests, and absent if none has a value: never negative, never NaN.
 */
export interface IntervalSummary extends Readonly<Partial<Record<MeanName, number>>> {
  /** Milliseconds on the run's clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** Requests sent in the interval, whenever they ended. */
  readonly launched: number;
  /** Requests in flight at its end. */
  readonly inFlight: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly unsent: number;
  readonly launchedPerSec: number;
  readonly completedPerSec: number;
  readonly inputTokensPerSec: number;
  readonly outputTokensPerSec: number;
  /** Mean over requests of output tokens / (end - first token): multi-round-qa's generation throughput. */
  readonly meanGenerationTokensPerSec?: number;
}

/** Cuts a run into intervals. Records are added as they end. */
export class Intervals {
  #startMs: number;
  #inFlight = 0;
  #window = new Window();

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  add(record: TurnRecord): void {
    this.#window.add(record);
  }

  /** Ends the interval and begins the next. `inFlight` is the number of requests in flight now. */
  cut(nowMs: number, inFlight: number): IntervalSummary {
    const startMs = this.#startMs;
    const endMs = Math.max(nowMs, startMs);
    const launched = Math.max(0, this.#window.endedAfterSending + inFlight - this.#inFlight);
    const summary = this.#window.close({ startMs, endMs, launched, inFlight });
    this.#startMs = endMs;
    this.#inFlight = inFlight;
    this.#window = new Window();
    return summary;
  }
}

class Window {
  endedAfterSending = 0;
  readonly #counts = { completed: 0, failed: 0, cancelled: 0, unsent: 0 };
  #inputTokens = 0;
  #outputTokens = 0;
  readonly #means = INTERVAL_METRICS.map((name) => ({ name, mean: new Mean() }));
  readonly #generation = new Mean();

  add(record: TurnRecord): void {
    if (record.sentMs !== undefined) this.endedAfterSending++;
    const { status } = record;
    if (status === 'cancelled' || status === 'unsent') this.#counts[status]++;
    else if (status !== 'ok') this.#counts.failed++;
    else this.#addCompleted(record);
  }

  close(span: { startMs: number; endMs: number; launched: number; inFlight: number }) {
    const seconds = (span.endMs - span.startMs) / 1000;
    const perSec = (count: number) => (seconds > 0 ? count / seconds : 0);
    return {
      ...span,
      ...this.#counts,
      launchedPerSec: perSec(span.launched),
      completedPerSec: perSec(this.#counts.completed),
      inputTokensPerSec: perSec(this.#inputTokens),
      outputTokensPerSec: perSec(this.#outputTokens),
      ...this.#meansOfMetrics(),
      ...this.#generation.as('meanGenerationTokensPerSec'),
    };
  }

  #meansOfMetrics(): Readonly<Partial<Record<MeanName, number>>> {
    return Object.fromEntries(
      this.#means.flatMap(({ name, mean }) => Object.entries(mean.as(meanName(name)))),
    );
  }

  #addCompleted(record: TurnRecord): void {
    const { inputTokens, outputTokens, firstTokenMs, endMs } = record;
    this.#counts.completed++;
    this.#inputTokens += inputTokens ?? 0;
    this.#outputTokens += outputTokens ?? 0;
    for (const { name, mean } of this.#means) mean.add(METRICS[name].of(record));
    if (outputTokens === undefined || firstTokenMs === undefined || endMs === undefined) return;
    if (endMs > firstTokenMs) {
      this.#generation.add((outputTokens * 1000) / (endMs - firstTokenMs));
    }
  }
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#sum += value;
    this.#count++;
  }

  as<Name extends string>(name: Name) {
    return (this.#count ? { [name]: this.#sum / this.#count } : {}) as { [key in Name]?: number };
  }
}
