import type { Clock } from '../base/clock.ts';
import { below, type Rng } from '../base/random.ts';
import type { Outage } from './outage.ts';

export interface GateOptions {
  readonly clock: Clock;
  /** Most requests in flight. */
  readonly cap?: number;
  /** After so many turns were let in the gate closes and `onLastRequest` is called. */
  readonly requestsMax?: number;
  readonly onLastRequest?: () => void;
  /**
   * Who of those that wait is next: the first, any, or (as vLLM's multi-turn benchmark has it) the last
   * that has just begun its conversation, and else the first.
   */
  readonly order?: 'fair' | 'random' | 'newestFirst';
  readonly rng?: Rng;
  /** A slot stays taken for so long after its request has ended. */
  readonly restMs?: () => number;
  /** Requests are let in no closer than this, counted from when the one before was due: late ones catch up. */
  readonly gapMs?: () => number;
  /** While the engine cannot be reached, it decides who may try. */
  readonly outage?: Outage | undefined;
  /** The last request in flight has ended, and none waits to be let in. */
  readonly onIdle?: (() => void) | undefined;
}

/** What users go through to send their requests. */
export interface Door {
  /** Requests under way, and slots that rest after one. */
  readonly inFlight: number;
  /** No turn may start any more. Retries of turns that were let in still may, if there is room. */
  readonly isClosed: boolean;
  /** A request may go without waiting, and passes nobody. */
  readonly hasRoom: boolean;
  /** Since when a request could be let in that is let in now: until then it was kept from it, and not late. */
  readonly openSinceMs: number;
  take(): void;
  /**
   * Calls `onGranted` when a slot has been taken for the caller; returns how to stop waiting. `isCounted`: it will then
   * count a request.
   */
  wait(onGranted: () => void, isFirstTurn: boolean, userId: number, isCounted: boolean): () => void;
  /** `endMs`: when the request ended, which may be told late; default: now. */
  leave(endMs?: number): void;
  /** Counts a turn's first attempt. */
  countRequest(): void;
  close(): void;
}

interface Waiter {
  readonly onGranted: () => void;
}

/** The cap on requests in flight, their pace, and the door that closes when the run drains. */
export class Gate implements Door {
  readonly #options: GateOptions;
  readonly #waiters: Waiter[] = [];
  #inFlight = 0;
  #requests = 0;
  #isClosed = false;
  #nextMs = 0;
  /** When there was room again after there was none, and when the last that was let in was due by the pace. */
  #roomSinceMs = 0;
  #paceSinceMs = 0;
  #timer: unknown;

  constructor(options: GateOptions) {
    this.#options = options;
    options.outage?.onOpen(() => {
      this.#roomSinceMs = options.clock.now();
      this.#grant();
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** No request is in flight, and none waits to be let in. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#waiters.length === 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasRoom(): boolean {
    const { order = 'fair' } = this.#options;
    return order === 'fair' && this.#waiters.length === 0 && this.#isOpen;
  }

  get #isOpen(): boolean {
    const { cap = Infinity, gapMs, clock, outage } = this.#options;
    if (outage && !outage.isOpen) return false;
    return this.#inFlight < cap && (!gapMs || clock.now() >= this.#nextMs);
  }

  get openSinceMs(): number {
    return Math.max(this.#roomSinceMs, this.#paceSinceMs);
  }

  take(): void {
    this.#inFlight++;
    const { gapMs, clock, outage } = this.#options;
    outage?.took();
    if (!gapMs) return;
    this.#paceSinceMs = this.#nextMs;
    this.#nextMs = (this.#nextMs || clock.now()) + gapMs();
  }

  wait(onGranted: () => void, isFirstTurn: boolean): () => void {
    const waiter = { onGranted };
    if (isFirstTurn && this.#options.order === 'newestFirst') this.#waiters.unshift(waiter);
    else this.#waiters.push(waiter);
    this.#grantSoon();
    return () => {
      const index = this.#waiters.indexOf(waiter);
      if (index >= 0) this.#waiters.splice(index, 1);
    };
  }

  leave(endMs = this.#options.clock.now()): void {
    const { restMs, clock } = this.#options;
    if (!restMs) {
      this.#free(endMs);
      return;
    }
    const rest = restMs();
    const leftMs = Math.max(0, rest - (clock.now() - endMs));
    clock.setTimeout(() => this.#free(endMs + rest), leftMs);
  }

  countRequest(): void {
    this.#requests++;
    if (this.#requests !== this.#options.requestsMax) return;
    this.close();
    this.#options.onLastRequest?.();
  }

  close(): void {
    this.#isClosed = true;
  }

  #free(atMs: number): void {
    if (this.#inFlight === this.#options.cap) this.#roomSinceMs = atMs;
    this.#inFlight--;
    this.#grant();
    if (this.#options.onIdle && this.isIdle) this.#options.onIdle();
  }

  /** Subtle: not at once, so that all who come at the same instant are there when the first is chosen. */
  #grantSoon(): void {
    this.#grantAfter(0);
  }

  #grantAfter(delayMs: number): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#grant();
    }, delayMs);
  }

  #grant(): void {
    while (this.#waiters.length > 0 && this.#isOpen) {
      const [waiter] = this.#waiters.splice(this.#chosen(), 1);
      this.take();
      waiter!.onGranted();
    }
    const { cap = Infinity, clock, outage } = this.#options;
    // The outage tells when it is over.
    if (outage && !outage.isOpen) return;
    if (this.#waiters.length > 0 && this.#inFlight < cap) {
      this.#grantAfter(Math.max(0, this.#nextMs - clock.now()));
    }
  }

  #chosen(): number {
    const { order, rng } = this.#options;
    return order === 'random' && rng ? below(rng, this.#waiters.length) : 0;
  }
}
