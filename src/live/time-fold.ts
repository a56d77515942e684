/** What a stretch of time holds, to be joined with the next. */
export interface Mergeable {
  merge(other: this): void;
}

/**
 * A fold by time in at most so many stretches: where a run goes on for longer, two of them become one. The first
 * begins at `startMs`; what was before is left out.
 */
export class TimeFold<Stretch extends Mergeable> {
  readonly #startMs: number;
  readonly #make: () => Stretch;
  readonly #max: number;
  #widthMs: number;
  #stretches: (Stretch | undefined)[] = [];

  constructor(startMs: number, make: () => Stretch, max = 120, widthMs = 1000) {
    this.#startMs = startMs;
    this.#make = make;
    this.#max = max;
    this.#widthMs = widthMs;
  }

  get widthMs(): number {
    return this.#widthMs;
  }

  /** The stretch that a time lies in; undefined for one before the start. */
  at(ms: number): Stretch | undefined {
    if (ms < this.#startMs) return undefined;
    while (ms - this.#startMs >= this.#max * this.#widthMs) this.#halve();
    const index = Math.floor((ms - this.#startMs) / this.#widthMs);
    this.#stretches[index] ??= this.#make();
    return this.#stretches[index];
  }

  /** A point for every stretch in which `value` is known: when it began, in seconds since the start. */
  points(value: (stretch: Stretch, widthMs: number) => number | undefined): [number, number][] {
    return this.#stretches.flatMap((stretch, index): [number, number][] => {
      const y = stretch && value(stretch, this.#widthMs);
      return y === undefined ? [] : [[(index * this.#widthMs) / 1000, y]];
    });
  }

  #halve(): void {
    const halves: (Stretch | undefined)[] = [];
    this.#stretches.forEach((stretch, index) => {
      const at = index >> 1;
      const first = halves[at];
      if (first && stretch) first.merge(stretch);
      else halves[at] = first ?? stretch;
    });
    this.#stretches = halves;
    this.#widthMs *= 2;
  }
}
