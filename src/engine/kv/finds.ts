/** As many as vLLM keeps of a block (`v1/core/kv_cache_metrics.py`). */
export const FINDS_MAX = 4;

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

  /** Writes them, oldest first, and returns how many they are. */
  copyTo(times: Float64Array, slot: number): number {
    const end = this.#counts[slot]!;
    const count = Math.min(end, FINDS_MAX);
    for (let i = 0; i < count; i++) {
      times[i] = this.#times[FINDS_MAX * slot + ((end - count + i) % FINDS_MAX)]!;
    }
    return count;
  }
}
