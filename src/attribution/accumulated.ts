/** An amount that grew evenly from one moment to another. */
export interface Growth {
  readonly fromMs: number;
  readonly toMs: number;
  readonly amount: number;
}

/**
 * How much there was of something by any time, where it came in pieces that each grew evenly over a stretch of time: a
 * line with a knee at every begin and end. What there was between two times is their difference; it costs the
 * logarithm of the number of pieces.
 */
export class Accumulated {
  readonly #knees: Float64Array;
  /** At each knee: what there is by then, and how much more a millisecond from there on. */
  readonly #amounts: Float64Array;
  readonly #slopes: Float64Array;

  constructor(pieces: readonly Growth[]) {
    // Side by side: of a long run there are many, and sorting objects takes longer than all else.
    const times: number[] = [];
    const jumps: number[] = [];
    const bends: number[] = [];
    const change = (atMs: number, jump: number, bend: number): void => {
      times.push(atMs);
      jumps.push(jump);
      bends.push(bend);
    };
    for (const { fromMs, toMs, amount } of pieces) {
      if (!(amount > 0)) continue;
      const lengthMs = toMs - fromMs;
      // All at once: a jump.
      if (!(lengthMs > 0)) change(fromMs, amount, 0);
      else {
        change(fromMs, 0, amount / lengthMs);
        change(toMs, 0, -amount / lengthMs);
      }
    }
    const order = times.map((_, index) => index).sort((a, b) => times[a]! - times[b]!);
    this.#knees = Float64Array.from(order, (index) => times[index]!);
    this.#amounts = new Float64Array(order.length);
    this.#slopes = new Float64Array(order.length);
    let amount = 0;
    let slope = 0;
    let beforeMs = this.#knees[0] ?? 0;
    for (let knee = 0; knee < order.length; knee++) {
      const index = order[knee]!;
      amount += slope * (times[index]! - beforeMs) + jumps[index]!;
      slope += bends[index]!;
      beforeMs = times[index]!;
      this.#amounts[knee] = amount;
      this.#slopes[knee] = slope;
    }
  }

  by(atMs: number): number {
    const knee = this.#lastKnee(atMs);
    if (knee < 0) return 0;
    return this.#amounts[knee]! + this.#slopes[knee]! * (atMs - this.#knees[knee]!);
  }

  between(fromMs: number, toMs: number): number {
    return toMs > fromMs ? Math.max(0, this.by(toMs) - this.by(fromMs)) : 0;
  }

  /** The last one that is not after it; -1: all are. */
  #lastKnee(atMs: number): number {
    let low = 0;
    let high = this.#knees.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#knees[middle]! <= atMs) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
