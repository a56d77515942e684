/** As many as vLLM keeps of a block (`v1/core/kv_cache_metrics.py`). */
const FINDS_MAX = 4;

/** The last times that blocks were found again. How often each was is kept by those who ask. */
export class Finds {
  readonly #times: Float64Array;

  constructor(slots: number) {
    this.#times = new Float64Array(FINDS_MAX * slots);
  }

  /** `found`: times that it was found before. */
  add(slot: number, found: number, atMs: number): void {
    this.#times[FINDS_MAX * slot + (found % FINDS_MAX)] = atMs;
  }

  /** How many of `found` times are known. */
  known(found: number): number {
    return Math.min(found, FINDS_MAX);
  }

  /** The i-th of the known ones, oldest first. */
  timeOf(slot: number, found: number, i: number): number {
    return this.#times[FINDS_MAX * slot + ((Math.max(0, found - FINDS_MAX) + i) % FINDS_MAX)]!;
  }
}
