/** Sums over equal stretches of time. */
export interface Bin {
  readonly requests: number;
  readonly inputTokens: number;
  readonly inputMax: number;
  /** Requests whose output length is known, and the sum of it. */
  readonly outputRequests: number;
  readonly outputTokens: number;
  readonly outputMax: number;
}

export interface Binned {
  readonly widthMs: number;
  /** From time 0 on. */
  readonly bins: readonly Bin[];
}

const FINEST_MS = 1000;
const BINS_MAX = 600;

const EMPTY: Bin = {
  requests: 0,
  inputTokens: 0,
  inputMax: 0,
  outputRequests: 0,
  outputTokens: 0,
  outputMax: 0,
};

/** Stretches of a second, and twice as long whenever there would be too many: its memory does not grow. */
export class Bins {
  #widthMs = FINEST_MS;
  #bins: Bin[] = [];

  add(atMs: number, inputTokens: number, outputTokens: number | null): void {
    while (atMs >= this.#widthMs * BINS_MAX) this.#halve();
    const index = Math.floor(atMs / this.#widthMs);
    while (this.#bins.length <= index) this.#bins.push(EMPTY);
    this.#bins[index] = sum(this.#bins[index]!, {
      requests: 1,
      inputTokens,
      inputMax: inputTokens,
      outputRequests: outputTokens === null ? 0 : 1,
      outputTokens: outputTokens ?? 0,
      outputMax: outputTokens ?? 0,
    });
  }

  get binned(): Binned {
    return { widthMs: this.#widthMs, bins: this.#bins };
  }

  #halve(): void {
    const bins = this.#bins;
    this.#widthMs *= 2;
    this.#bins = Array.from({ length: Math.ceil(bins.length / 2) }, (_, i) =>
      sum(bins[2 * i]!, bins[2 * i + 1] ?? EMPTY),
    );
  }
}

function sum(a: Bin, b: Bin): Bin {
  return {
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    inputMax: Math.max(a.inputMax, b.inputMax),
    outputRequests: a.outputRequests + b.outputRequests,
    outputTokens: a.outputTokens + b.outputTokens,
    outputMax: Math.max(a.outputMax, b.outputMax),
  };
}
