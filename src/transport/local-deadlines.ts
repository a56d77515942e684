import type { Clock } from '../base/clock.ts';
import type { Scenario } from '../scenario/schema.ts';

/**
 * The deadlines of one request without a connection. One timer for all of them, which is only set anew
 * when it fires or at the first token, so that a token costs no timer.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeouts: Scenario['timeouts'];
  readonly #onTimeout: (message: string, atMs: number) => void;
  #timer: unknown;
  #sentMs = 0;
  #tokenMs: number | undefined;

  constructor(
    clock: Clock,
    timeouts: Scenario['timeouts'],
    onTimeout: (message: string, atMs: number) => void,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#onTimeout = onTimeout;
  }

  /** The request was sent now. */
  start(): void {
    this.#sentMs = this.#clock.now();
    this.#arm();
  }

  /** A token came now. */
  token(): void {
    const isFirst = this.#tokenMs === undefined;
    this.#tokenMs = this.#clock.now();
    if (isFirst) this.#arm();
  }

  clear(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#clock.clearTimeout(this.#timer);
    const { dueMs } = this.#next();
    if (dueMs === Infinity) return;
    this.#timer = this.#clock.setTimeout(() => this.#check(), dueMs - this.#clock.now());
  }

  #check(): void {
    const nowMs = this.#clock.now();
    const { dueMs, message } = this.#next();
    if (nowMs >= dueMs) this.#onTimeout(message, nowMs);
    else this.#arm();
  }

  #next(): { readonly dueMs: number; readonly message: string } {
    const { firstTokenSec, betweenTokensSec, totalSec } = this.#timeouts;
    const [gapSec, fromMs, what] =
      this.#tokenMs === undefined
        ? ([firstTokenSec, this.#sentMs, 'no token'] as const)
        : ([betweenTokensSec, this.#tokenMs, 'no further token'] as const);
    const gapDueMs = fromMs + (gapSec ?? Infinity) * 1000;
    const totalDueMs = this.#sentMs + (totalSec ?? Infinity) * 1000;
    return gapDueMs <= totalDueMs
      ? { dueMs: gapDueMs, message: `${what} within ${gapSec} s` }
      : { dueMs: totalDueMs, message: `no end within ${totalSec} s` };
  }
}
