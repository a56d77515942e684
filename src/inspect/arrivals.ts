/** How requests come, in time. */
export interface ArrivalsSummary {
  /** Those that have a time. */
  readonly count: number;
  /** From the first to the last. */
  readonly spanMs: number;
  /** Mean, 1 / mean gap; absent if all come at once. */
  readonly perSec?: number;
  /** Coefficient of variation of the gaps: 0 is a metronome, 1 a Poisson process. */
  readonly gapCv?: number;
  /** Most in a second, and in a minute; both counted from the first request on. */
  readonly peakPerSec: number;
  readonly peakPerMin: number;
  /** All times are whole multiples of so much after the first; absent if they are not in whole milliseconds. */
  readonly stepMs?: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** In one pass over ascending times, and in no memory. */
export class Arrivals {
  #firstMs: number | undefined;
  #lastMs = 0;
  #count = 0;
  #squares = 0;
  #meanGapMs = 0;
  #stepMs: number | undefined = 0;
  readonly #seconds = new Peak(SECOND_MS);
  readonly #minutes = new Peak(MINUTE_MS);

  add(atMs: number): void {
    this.#firstMs ??= atMs;
    if (this.#count > 0) this.#addGap(atMs - this.#lastMs);
    const sinceFirstMs = atMs - this.#firstMs;
    this.#seconds.add(sinceFirstMs);
    this.#minutes.add(sinceFirstMs);
    this.#lastMs = atMs;
    this.#count++;
  }

  /** undefined without times. */
  close(): ArrivalsSummary | undefined {
    if (this.#firstMs === undefined) return undefined;
    const gaps = this.#count - 1;
    const spanMs = this.#lastMs - this.#firstMs;
    const std = gaps > 1 ? Math.sqrt(this.#squares / (gaps - 1)) : undefined;
    return {
      count: this.#count,
      spanMs,
      ...(spanMs > 0 && { perSec: (SECOND_MS * gaps) / spanMs }),
      ...(std !== undefined && spanMs > 0 && { gapCv: std / this.#meanGapMs }),
      peakPerSec: this.#seconds.most,
      peakPerMin: this.#minutes.most,
      ...(this.#stepMs && { stepMs: this.#stepMs }),
    };
  }

  /** Welford 1962: the squares of days do not swallow those of milliseconds. */
  #addGap(gapMs: number): void {
    const before = this.#meanGapMs;
    this.#meanGapMs += (gapMs - before) / this.#count;
    this.#squares += (gapMs - before) * (gapMs - this.#meanGapMs);
    const isWhole = this.#stepMs !== undefined && Number.isSafeInteger(gapMs);
    this.#stepMs = isWhole ? commonDivisor(this.#stepMs!, gapMs) : undefined;
  }
}

/** The most in any of the stretches of this length. */
class Peak {
  most = 0;
  readonly #lengthMs: number;
  #stretch = 0;
  #count = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  add(sinceFirstMs: number): void {
    const stretch = Math.floor(sinceFirstMs / this.#lengthMs);
    if (stretch !== this.#stretch) this.#count = 0;
    this.#stretch = stretch;
    this.most = Math.max(this.most, ++this.#count);
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
