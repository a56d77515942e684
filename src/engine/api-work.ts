import type { Clock } from '../base/clock.ts';

interface Work {
  /** Of what it is at now, and of what comes after that. */
  ms: number;
  restMs: number;
  /** undefined: given up. */
  done: (() => void) | undefined;
}

/** What there is to do is done but for rounding. */
const LEFT_MS = 1e-6;

/**
 * One process that does one thing at a time, as an event loop does: what has come in is read before what was read goes
 * on. So of many requests that come together none is through before nearly all have been read; then they are, one after
 * the other, in the order in which they came. What is to be done at once delays all of it.
 */
export class ApiWork {
  readonly #clock: Clock;
  readonly #toRead: Work[] = [];
  readonly #toEnd: Work[] = [];
  #current: Work | undefined;
  /** Until when it is busy with what was begun. */
  #freeMs = 0;
  readonly #onDue = (): void => this.#due();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads so long, and calls `done` when the rest is done, too; returns what gives it up. */
  begin(readMs: number, restMs: number, done: () => void): () => void {
    const work: Work = { ms: readMs, restMs, done };
    this.#toRead.push(work);
    if (!this.#current) this.#next();
    return () => {
      work.done = undefined;
      for (const line of [this.#toRead, this.#toEnd]) {
        const at = line.indexOf(work);
        if (at >= 0) line.splice(at, 1);
      }
    };
  }

  /** So long it works at nothing that was begun. */
  interrupt(ms: number): void {
    this.#freeMs = Math.max(this.#freeMs, this.#clock.now()) + ms;
  }

  #next(): void {
    this.#current = this.#toRead.shift() ?? this.#toEnd.shift();
    if (!this.#current) return;
    this.interrupt(this.#current.ms);
    this.#wait();
  }

  #wait(): void {
    this.#clock.setTimeout(this.#onDue, Math.max(0, this.#freeMs - this.#clock.now()));
  }

  #due(): void {
    if (this.#clock.now() < this.#freeMs - LEFT_MS) {
      this.#wait();
      return;
    }
    const work = this.#current!;
    const isOver = work.restMs === 0;
    work.ms = work.restMs;
    work.restMs = 0;
    if (!isOver && work.done) this.#toEnd.push(work);
    this.#next();
    if (isOver) work.done?.();
  }
}
