import type { Clock } from '../base/clock.ts';

/** Somebody who waits for a time. */
export interface Waiting {
  readonly dueMs: number;
  /** That time comes sooner by so much. */
  sooner(byMs: number): void;
}

export interface IdleOptions {
  readonly clock: Clock;
  readonly maxIdleMs: number;
  /** No request is in flight, and none waits for anything but its time. */
  isIdle(): boolean;
}

/** Undefined where no idle time is too long. */
export function idleOf({
  maxIdleSec,
  ...options
}: Omit<IdleOptions, 'maxIdleMs'> & { readonly maxIdleSec: number | undefined }) {
  return maxIdleSec === undefined
    ? undefined
    : new Idle({ ...options, maxIdleMs: maxIdleSec * 1000 });
}

/**
 * Skips time in which nothing happens: when no request has been in flight for so long, all that is to come
 * comes sooner, by as much as makes the next one due now. No pause is shortened on its own, so what is due
 * at which time after what else stays as it was.
 */
export class Idle {
  readonly #options: IdleOptions;
  readonly #waiting = new Map<object, Waiting>();
  #skippedMs = 0;
  #timer: unknown;

  constructor(options: IdleOptions) {
    this.#options = options;
  }

  /** In all, so far. */
  get skippedMs(): number {
    return this.#skippedMs;
  }

  /** @param who by whom it is forgotten again. */
  waits(who: object, waiting: Waiting): void {
    this.#waiting.set(who, waiting);
  }

  forget(who: object): void {
    this.#waiting.delete(who);
  }

  /** From now on no request is in flight. */
  begins(): void {
    this.stop();
    const { clock, maxIdleMs } = this.#options;
    this.#timer = clock.setTimeout(() => this.#skip(), maxIdleMs);
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#timer);
  }

  #skip(): void {
    if (!this.#options.isIdle()) return;
    const all = [...this.#waiting.values()];
    const nextMs = all.reduce((least, { dueMs }) => Math.min(least, dueMs), Infinity);
    const byMs = nextMs - this.#options.clock.now();
    if (!(byMs > 0 && byMs < Infinity)) return;
    this.#skippedMs += byMs;
    for (const waiting of all) waiting.sooner(byMs);
  }
}
