import type { Point } from '../stats/sample.ts';

const BINS_MAX = 512;
/** In a picture; fewer where each would have hardly a request. */
const SHOWN_MAX = 200;
const SHOWN_MIN = 10;
const LEAST_IN_A_BIN = 5;

/** How many requests came in equal stretches of time, which grow with the trace: in the same room for any. */
export class RateBins {
  #widthMs = 1;
  #counts: number[] = [];
  #firstMs: number | undefined;
  #requests = 0;

  /** In ascending order. */
  add(atMs: number): void {
    this.#firstMs ??= atMs;
    this.#requests++;
    while (this.#binOf(atMs) >= BINS_MAX) this.#join();
    const bin = this.#binOf(atMs);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
  }

  /** Seconds from the first request on, where stretches begin, and requests a second in each; undefined for a moment. */
  close(): { readonly stepSec: number; readonly points: Point[] } | undefined {
    const most = Math.min(SHOWN_MAX, Math.max(SHOWN_MIN, this.#requests / LEAST_IN_A_BIN));
    while (this.#counts.length > most) this.#join();
    if (this.#counts.length < 2) return undefined;
    const stepSec = this.#widthMs / 1000;
    const points = Array.from(
      this.#counts,
      (count = 0, bin): Point => [bin * stepSec, count / stepSec],
    );
    return { stepSec, points };
  }

  #binOf(atMs: number): number {
    return Math.floor((atMs - this.#firstMs!) / this.#widthMs);
  }

  #join(): void {
    this.#widthMs *= 2;
    this.#counts = Array.from(
      { length: Math.ceil(this.#counts.length / 2) },
      (_, bin) => (this.#counts[2 * bin] ?? 0) + (this.#counts[2 * bin + 1] ?? 0),
    );
  }
}
