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
    const changes = pieces.flatMap(({ fromMs, toMs, amount }) => {
      if (!(amount > 0)) return [];
      const lengthMs = toMs - fromMs;
      // All at once: a jump.
      if (!(lengthMs > 0)) return [{ atMs: fromMs, jump: amount, slope: 0 }];
      const slope = amount / lengthMs;
      return [
        { atMs: fromMs, jump: 0, slope },
        { atMs: toMs, jump: 0, slope: -slope },
      ];
    });
    changes.sort((a, b) => a.atMs - b.atMs);
    this.#knees = Float64Array.from(changes, ({ atMs }) => atMs);
    this.#amounts = new Float64Array(changes.length);
    this.#slopes = new Float64Array(changes.length);
    let amount = 0;
    let slope = 0;
    let beforeMs = changes[0]?.atMs ?? 0;
    changes.forEach((change, index) => {
      amount += slope * (change.atMs - beforeMs) + change.jump;
      slope += change.slope;
      beforeMs = change.atMs;
      this.#amounts[index] = amount;
      this.#slopes[index] = slope;
    });
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
