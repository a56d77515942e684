import type { Clock } from '../base/clock.ts';

interface Work {
  /** Of the time that each has had when it is done. */
  readonly shareMs: number;
  readonly done: () => void;
}

/** What there is to do is done but for rounding. */
const LEFT_MS = 1e-6;

/**
 * One process that works at all requests that it has at a time, a little at each in turn, as an event loop does: n that
 * came together are done together, after n times as long as one alone takes (processor sharing, Kleinrock 1967). What
 * is to be done at once is done before any of them goes on.
 */
export class ApiWork {
  readonly #clock: Clock;
  /** By when they are done, the next one last. */
  readonly #works: Work[] = [];
  /** What each that was there all the time has had. */
  #shareMs = 0;
  #atMs = 0;
  #timer: unknown;
  readonly #onDue = (): void => this.#due();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `done` once the process has worked so long at it; returns what gives it up. */
  begin(workMs: number, done: () => void): () => void {
    this.#advance();
    const work = { shareMs: this.#shareMs + workMs, done };
    let at = this.#works.length;
    while (at > 0 && this.#works[at - 1]!.shareMs <= work.shareMs) at--;
    this.#works.splice(at, 0, work);
    this.#wait();
    return () => {
      const place = this.#works.indexOf(work);
      if (place < 0) return;
      this.#advance();
      this.#works.splice(place, 1);
      this.#wait();
    };
  }

  /** So long it works at nothing that was begun. */
  interrupt(ms: number): void {
    this.#advance();
    this.#atMs = Math.max(this.#atMs, this.#clock.now()) + ms;
  }

  #advance(): void {
    const nowMs = this.#clock.now();
    if (nowMs <= this.#atMs) return;
    const count = this.#works.length;
    if (count > 0) this.#shareMs += (nowMs - this.#atMs) / count;
    this.#atMs = nowMs;
  }

  #wait(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#works.at(-1);
    if (!next) return;
    const nowMs = this.#clock.now();
    const leftMs = Math.max(0, next.shareMs - this.#shareMs) * this.#works.length;
    this.#timer = this.#clock.setTimeout(this.#onDue, Math.max(0, this.#atMs - nowMs) + leftMs);
  }

  #due(): void {
    this.#advance();
    const ready: Work[] = [];
    while (this.#works.length > 0 && this.#works.at(-1)!.shareMs <= this.#shareMs + LEFT_MS) {
      ready.push(this.#works.pop()!);
    }
    this.#wait();
    for (const { done } of ready) done();
  }
}
