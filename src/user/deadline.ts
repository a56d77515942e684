import type { Clock } from '../base/clock.ts';
import type { Scenario } from '../scenario/schema.ts';

/** Seconds of total time that one output token may always take (as vLLM's multi-turn benchmark allows). */
const SEC_PER_OUTPUT_TOKEN = 0.2;

/**
 * The deadlines of one attempt: until it is on the wire, until its first token, between tokens, in all.
 * One timer, moved only when it fires or when an earlier deadline appears, so that a token costs an
 * assignment and not a timer.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #timeouts: Scenario['timeouts'];
  readonly #totalMs: number;
  readonly #onExpired: (message: string) => void;
  #phase: 'connect' | 'firstToken' | 'betweenTokens' = 'connect';
  #phaseStartMs: number;
  #sentMs = Infinity;
  #timer: unknown;
  #timerDueMs = Infinity;

  constructor(
    clock: Clock,
    timeouts: Scenario['timeouts'],
    maxTokens: number | undefined,
    onExpired: (message: string) => void,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    const total = timeouts.totalSec;
    this.#totalMs =
      total === null ? Infinity : 1000 * Math.max(total, SEC_PER_OUTPUT_TOKEN * (maxTokens ?? 0));
    this.#onExpired = onExpired;
    this.#phaseStartMs = clock.now();
    this.#arm();
  }

  sent(atMs: number): void {
    this.#sentMs = atMs;
    this.#enter('firstToken', atMs);
  }

  token(atMs: number): void {
    if (this.#phase === 'betweenTokens') this.#phaseStartMs = atMs;
    else this.#enter('betweenTokens', atMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timerDueMs = -Infinity;
  }

  #enter(phase: 'firstToken' | 'betweenTokens', atMs: number): void {
    this.#phase = phase;
    this.#phaseStartMs = atMs;
    this.#arm();
  }

  /** The limit that runs out first, and when. */
  #next(): { limit: string; sec: number; dueMs: number } {
    const sec = this.#timeouts[`${this.#phase}Sec`] ?? Infinity;
    const phaseDueMs = this.#phaseStartMs + sec * 1000;
    const totalDueMs = this.#sentMs === Infinity ? Infinity : this.#sentMs + this.#totalMs;
    if (totalDueMs < phaseDueMs) {
      return { limit: 'total', sec: this.#totalMs / 1000, dueMs: totalDueMs };
    }
    return { limit: this.#phase, sec, dueMs: phaseDueMs };
  }

  #arm(): void {
    const { dueMs } = this.#next();
    if (dueMs >= this.#timerDueMs || dueMs === Infinity) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#fired(), delayMs);
  }

  #fired(): void {
    const { limit, sec, dueMs } = this.#next();
    // A microsecond of slack: due times are sums of fractions.
    if (this.#clock.now() < dueMs - 1e-3) {
      this.#timerDueMs = Infinity;
      this.#arm();
      return;
    }
    this.#onExpired(`timeouts.${limit}Sec: ${sec} s passed`);
  }
}
