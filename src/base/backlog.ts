/**
 * How long work may keep the event loop from looking for what has arrived: about the error that it adds
 * to the time stamps of a process that is busy.
 */
const SLICE_MS = 2;
/** With more than this waiting, the machine is too slow for slices: they would only let memory grow. */
const LENGTH_MAX = 10_000;

/**
 * Work that can wait until all that has arrived by now was given its time stamp. It is done in order,
 * after the event loop has called everyone whose socket had something, and in slices.
 */
export class Backlog {
  #waiting: (() => void)[] = [];
  #next = 0;
  #isScheduled = false;
  #turnEndMs: number | undefined;
  readonly #sliceMs: number;

  constructor(sliceMs = SLICE_MS) {
    this.#sliceMs = sliceMs;
  }

  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#workOff);
  }

  /** At once, where nothing waits and this turn of the event loop has time left; else in its turn. */
  start(work: () => void): void {
    if (this.#isScheduled || !this.#hasTime()) this.add(work);
    else work();
  }

  #hasTime(): boolean {
    const nowMs = performance.now();
    if (this.#turnEndMs === undefined) {
      this.#turnEndMs = nowMs + this.#sliceMs;
      setImmediate(this.#endTurn);
    }
    return nowMs < this.#turnEndMs;
  }

  readonly #endTurn = (): void => {
    this.#turnEndMs = undefined;
  };

  readonly #workOff = (): void => {
    const endMs = performance.now() + this.#sliceMs;
    const waiting = this.#waiting;
    while (this.#next < waiting.length) {
      waiting[this.#next++]!();
      if (performance.now() > endMs && waiting.length - this.#next < LENGTH_MAX) break;
    }
    this.#isScheduled = this.#next < waiting.length;
    if (this.#isScheduled) {
      setImmediate(this.#workOff);
      // Amortised: half of it is gone.
      if (this.#next * 2 < waiting.length) return;
    }
    this.#waiting = waiting.slice(this.#next);
    this.#next = 0;
  };
}
