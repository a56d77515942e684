/** When slots were last used, for caches that forget by age. */
export class Expiry {
  readonly #usedMs: Float64Array;
  readonly #ageMs: number;
  readonly #now: () => number;

  /** `ageMs`: content is too old when it was not used for so long. `now`: milliseconds. */
  constructor(slotCount: number, { ageMs, now }: ExpiryOptions) {
    this.#usedMs = new Float64Array(slotCount);
    this.#ageMs = ageMs;
    this.#now = now;
  }

  /** `atMs`: when it was used, if that was not now. */
  use(slot: number, atMs = this.#now()): void {
    this.#usedMs[slot] = atMs;
  }

  usedMs(slot: number): number {
    return this.#usedMs[slot]!;
  }

  isOver(slot: number): boolean {
    return this.#now() - this.#usedMs[slot]! > this.#ageMs;
  }
}

export interface ExpiryOptions {
  readonly ageMs: number;
  readonly now: () => number;
}
