/** As many as vLLM keeps of a block (`v1/core/kv_cache_metrics.py`). */
const FINDS_MAX = 4;

/** The last times that blocks were found again since they were stored. */
export class Finds {
  readonly #times: Float64Array;
  readonly #counts: Int32Array;

  constructor(slots: number) {
    this.#times = new Float64Array(FINDS_MAX * slots);
    this.#counts = new Int32Array(slots);
  }

  clear(slot: number): void {
    this.#counts[slot] = 0;
  }

  add(slot: number, atMs: number): void {
    this.#times[FINDS_MAX * slot + (this.#counts[slot]!++ % FINDS_MAX)] = atMs;
  }

  countOf(slot: number): number {
    return Math.min(this.#counts[slot]!, FINDS_MAX);
  }

  /** The i-th of them, oldest first. */
  timeOf(slot: number, i: number): number {
    const count = this.#counts[slot]!;
    return this.#times[FINDS_MAX * slot + ((Math.max(0, count - FINDS_MAX) + i) % FINDS_MAX)]!;
  }
}
