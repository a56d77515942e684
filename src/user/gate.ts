/**
 * The cap on requests in flight, and the door that closes when the run drains. Waiters are let in first
 * come, first served; a slot that is given up passes to the first waiter without becoming free.
 */
export class Gate {
  readonly #cap: number;
  readonly #requestsMax: number;
  readonly #onLastRequest: () => void;
  readonly #waiters = new Set<() => void>();
  #inFlight = 0;
  #requests = 0;
  #isClosed = false;

  /** @param requestsMax after so many turns were let in the gate closes and `onLastRequest` is called. */
  constructor(options: { cap?: number; requestsMax?: number; onLastRequest?: () => void } = {}) {
    this.#cap = options.cap ?? Infinity;
    this.#requestsMax = options.requestsMax ?? Infinity;
    this.#onLastRequest = options.onLastRequest ?? (() => {});
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** No turn may start any more. Retries of turns that were let in still may, if there is room. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasRoom(): boolean {
    return this.#inFlight < this.#cap;
  }

  take(): void {
    this.#inFlight++;
  }

  /** Calls `onGranted` when a slot has been taken for the caller; returns how to stop waiting. */
  wait(onGranted: () => void): () => void {
    this.#waiters.add(onGranted);
    return () => this.#waiters.delete(onGranted);
  }

  leave(): void {
    const [next] = this.#waiters;
    if (!next) {
      this.#inFlight--;
      return;
    }
    this.#waiters.delete(next);
    next();
  }

  /** Counts a turn's first attempt. */
  countRequest(): void {
    this.#requests++;
    if (this.#requests !== this.#requestsMax) return;
    this.close();
    this.#onLastRequest();
  }

  close(): void {
    this.#isClosed = true;
  }
}
