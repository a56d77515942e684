import { Column } from '../column.ts';

export interface ConcurrencySummary {
  /** Requests in flight, weighted by time over the measured time; undefined if that is 0. */
  readonly mean: number | undefined;
  readonly peak: number;
}

/** Requests in flight, failed ones included: from sent to end, on the timeline that all parts share. */
export class Concurrency {
  readonly #starts = new Column();
  readonly #ends = new Column();

  add(startMs: number | undefined, endMs: number | undefined): void {
    if (startMs === undefined || endMs === undefined) return;
    this.#starts.add(startMs);
    this.#ends.add(endMs);
  }

  merge(other: Concurrency): void {
    this.#starts.merge(other.#starts);
    this.#ends.merge(other.#ends);
  }

  /** A sweep line. At equal times ends come first: a request sent as another ends is not beside it. */
  close(measuredMs: number): ConcurrencySummary {
    const starts = this.#starts.sorted();
    const ends = this.#ends.sorted();
    let started = 0;
    let ended = 0;
    let peak = 0;
    let area = 0;
    let atMs = 0;
    while (ended < ends.length) {
      const isStart = started < starts.length && starts[started]! < ends[ended]!;
      const nextMs = isStart ? starts[started]! : ends[ended]!;
      area += (started - ended) * (nextMs - atMs);
      atMs = nextMs;
      if (isStart) started++;
      else ended++;
      peak = Math.max(peak, started - ended);
    }
    return { mean: measuredMs > 0 ? area / measuredMs : undefined, peak };
  }
}
