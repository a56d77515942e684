/** The greatest of what was seen in each stretch of time, one after the other. */
export interface DelaySeries {
  /** On the clock: where the first stretch begins, and how long each is. */
  readonly fromMs: number;
  readonly everyMs: number;
  /** Milliseconds, to a tenth. */
  readonly maxMs: readonly number[];
}

const EVERY_MS = 1000;
/** More are put together in pairs: a run of days has as few as one of minutes. */
const STRETCHES_MAX = 240;

/** Grows with what is seen, in the order of time. */
export class Delays {
  readonly #fromMs: number;
  #everyMs = EVERY_MS;
  #maxMs: number[] = [];

  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** Of the time up to now. */
  add(atMs: number, delayMs: number): void {
    let place = this.#placeOf(atMs);
    while (place >= STRETCHES_MAX) {
      this.#halve();
      place = this.#placeOf(atMs);
    }
    while (this.#maxMs.length <= place) this.#maxMs.push(0);
    this.#maxMs[place] = Math.max(this.#maxMs[place]!, delayMs);
  }

  /** undefined: nobody looked. */
  close(): DelaySeries | undefined {
    if (this.#maxMs.length === 0) return undefined;
    return {
      fromMs: Math.round(this.#fromMs),
      everyMs: this.#everyMs,
      maxMs: this.#maxMs.map((ms) => Math.round(10 * Math.max(0, ms)) / 10),
    };
  }

  /** What is seen at its end belongs to a stretch. */
  #placeOf(atMs: number): number {
    return Math.max(0, Math.ceil((atMs - this.#fromMs) / this.#everyMs) - 1);
  }

  #halve(): void {
    const pairs = Math.ceil(this.#maxMs.length / 2);
    this.#maxMs = Array.from({ length: pairs }, (_, pair) =>
      Math.max(this.#maxMs[2 * pair]!, this.#maxMs[2 * pair + 1] ?? 0),
    );
    this.#everyMs *= 2;
  }
}
