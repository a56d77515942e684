import type { Interval } from '../stats/time/timeline.ts';

/** A quantity that stays as it is between changes, followed through time. */
export class Level {
  /** When it changed, in order, and to what; the last of several changes at one time counts. */
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** `atMs` must not be before the last change. */
  set(atMs: number, value: number): void {
    if (this.#values.at(-1) === value) return;
    if (this.#times.at(-1) === atMs) this.#values[this.#values.length - 1] = value;
    else {
      this.#times.push(atMs);
      this.#values.push(value);
    }
  }

  /** Largest that lasted for any time, or was the last. */
  peak({ startMs, endMs }: Interval): number {
    let most = 0;
    for (const [value, fromMs, toMs] of this.#steps()) {
      if (fromMs <= endMs && toMs > startMs) most = Math.max(most, value);
    }
    return most;
  }

  /** Weighted by time; undefined over no time. */
  mean({ startMs, endMs }: Interval): number | undefined {
    if (endMs <= startMs) return undefined;
    let area = 0;
    for (const [value, fromMs, toMs] of this.#steps()) {
      area += value * Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs));
    }
    return area / (endMs - startMs);
  }

  *#steps(): Generator<readonly [value: number, fromMs: number, toMs: number]> {
    for (const [index, value] of this.#values.entries()) {
      yield [value, this.#times[index]!, this.#times[index + 1] ?? Infinity];
    }
  }
}
