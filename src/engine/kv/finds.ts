/** As many as vLLM keeps of a block (`v1/core/kv_cache_metrics.py`); a power of two. */
const FINDS_MAX = 4;

/** The last times that the content of blocks was found again. */
export class Finds {
  readonly #times: Float64Array;
  /** How often: the number itself up to FINDS_MAX, and what is above it but for multiples of that. */
  readonly #counts: Uint8Array;

  constructor(slots: number) {
    this.#times = new Float64Array(FINDS_MAX * slots);
    this.#counts = new Uint8Array(slots);
  }

  /** Other content is there now. */
  clear(slot: number): void {
    this.#counts[slot] = 0;
  }

  add(slot: number, atMs: number): void {
    const count = this.#counts[slot]!;
    this.#times[FINDS_MAX * slot + (count % FINDS_MAX)] = atMs;
    this.#counts[slot] = count + 1 < 2 * FINDS_MAX ? count + 1 : FINDS_MAX;
  }

  /** How many times are known. */
  known(slot: number): number {
    return Math.min(this.#counts[slot]!, FINDS_MAX);
  }

  /** The i-th of the known ones, oldest first. */
  timeOf(slot: number, i: number): number {
    const oldest = Math.max(0, this.#counts[slot]! - FINDS_MAX);
    return this.#times[FINDS_MAX * slot + ((oldest + i) % FINDS_MAX)]!;
  }
}
