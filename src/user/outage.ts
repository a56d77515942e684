import type { Clock } from '../base/clock.ts';

export interface OutageOptions {
  readonly clock: Clock;
  /** Nothing could be reached for so long; Infinity: for ever. */
  readonly giveUpMs: number;
  readonly onGivenUp: () => void;
}

const FIRST_PAUSE_MS = 1000;
const PAUSE_MS_MAX = 15_000;

/**
 * Whether the engine can be reached at all. Where a connection fails and none has come about since it was tried,
 * nobody is let in but one at a time, at growing gaps, until one gets through: a server that is gone would
 * else fail every conversation there is, within seconds.
 */
export class Outage {
  readonly #options: OutageOptions;
  readonly #listeners: (() => void)[] = [];
  #reachedMs = -Infinity;
  #isOn = false;
  /** While it lasts: one may try; somebody who was let in then does. */
  #mayTry = false;
  #tryFromMs: number | undefined;
  #tries = 0;
  #timer: unknown;
  #giveUpTimer: unknown;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Requests may be sent; one, if it is to try whether there is anybody again. */
  get isOpen(): boolean {
    return !this.#isOn || this.#mayTry;
  }

  /** Called when requests may be sent that could not before. */
  onOpen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Somebody was let in. */
  took(): void {
    if (!this.#isOn) return;
    this.#mayTry = false;
    this.#tryFromMs = this.#options.clock.now();
  }

  /** A connection was opened, or an answer came. */
  reached(): void {
    this.#reachedMs = this.#options.clock.now();
    if (!this.#isOn) return;
    this.stop();
    this.#open();
  }

  /** A request that was begun at `startMs` got no connection. */
  failed(startMs: number): void {
    if (!this.#isOn) this.#begin(startMs);
    // The others were on their way when it began.
    else if (this.#tryFromMs !== undefined && startMs >= this.#tryFromMs) this.#pause();
  }

  /** Nobody waits any more. */
  stop(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#giveUpTimer);
    this.#isOn = false;
  }

  #begin(startMs: number): void {
    const { clock, giveUpMs, onGivenUp } = this.#options;
    if (this.#reachedMs > startMs) return;
    this.#isOn = true;
    this.#tries = 0;
    if (giveUpMs < Infinity) {
      const leftMs = Math.max(0, giveUpMs - (clock.now() - startMs));
      this.#giveUpTimer = clock.setTimeout(onGivenUp, leftMs);
    }
    this.#pause();
  }

  #pause(): void {
    this.#mayTry = false;
    this.#tryFromMs = undefined;
    const pauseMs = Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** this.#tries++);
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#mayTry = true;
      this.#open();
    }, pauseMs);
  }

  #open(): void {
    for (const listener of this.#listeners) listener();
  }
}
