import type { ErrorSpread, ProbeErrors } from '../record/record.ts';
import { Column } from '../stats/column.ts';
import { quantile } from '../stats/exact.ts';
import type { ProbeError } from './probe.ts';

/** The errors of many probes. */
export class ErrorFold {
  readonly #streams: number;
  readonly #ttft = new Column();
  readonly #gap = new Column();
  readonly #lateness = new Column();
  #failed = 0;

  constructor(streams: number) {
    this.#streams = streams;
  }

  get chunks(): number {
    return this.#ttft.count + this.#gap.count;
  }

  /** undefined: it had no answer. */
  add(error: ProbeError | undefined): void {
    if (!error) {
      this.#failed++;
      return;
    }
    this.#ttft.add(error.ttftMs);
    for (const ms of error.gapsMs) this.#gap.add(Math.abs(ms));
    this.#lateness.add(error.sendLatenessMs);
  }

  /** undefined: no probe had an answer. */
  close(): ProbeErrors | undefined {
    const ttftMs = spreadOf(this.#ttft);
    const sendLatenessMs = spreadOf(this.#lateness);
    if (!ttftMs || !sendLatenessMs) return undefined;
    const gapMs = spreadOf(this.#gap);
    return {
      streams: this.#streams,
      probes: this.#ttft.count,
      failed: this.#failed,
      ttftMs,
      ...(gapMs && { gapMs }),
      sendLatenessMs,
    };
  }
}

function spreadOf(column: Column): ErrorSpread | undefined {
  if (column.count === 0) return undefined;
  const sorted = column.sorted();
  const at = (share: number) => Math.round(1000 * quantile(sorted, share)) / 1000;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
