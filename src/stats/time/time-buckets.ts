/** Stretches of equal length that a time from 0 on is divided into; the last may be shorter. */
export interface TimeBuckets {
  /** 0 for no time. */
  readonly count: number;
  readonly widthMs: number;
  readonly spanMs: number;
}

/** At most `most` stretches of 1, 2 or 5 times a power of ten seconds; none of no time. */
export function timeBuckets(spanMs: number, most: number): TimeBuckets {
  if (!(spanMs > 0)) return { count: 0, widthMs: 0, spanMs: 0 };
  const widthMs = niceWidthMs(spanMs / most);
  // A quotient that is whole but for its last bit is whole: there is no stretch of no length.
  return { count: Math.ceil(spanMs / widthMs - 1e-9), widthMs, spanMs };
}

/** The number of the stretch that a time lies in; the very end is in the last. */
export function bucketAt({ count, widthMs }: TimeBuckets, atMs: number): number {
  return Math.min(count - 1, Math.floor(atMs / widthMs));
}

/** Length of a stretch. */
export function lengthMs({ widthMs, spanMs }: TimeBuckets, index: number): number {
  return Math.min(spanMs, (index + 1) * widthMs) - index * widthMs;
}

/** The least of 1, 2, 5 times a power of ten seconds that is not below `leastMs`. */
function niceWidthMs(leastMs: number): number {
  const power = 10 ** Math.floor(Math.log10(leastMs / 1000)) * 1000;
  return [1, 2, 5, 10].map((factor) => factor * power).find((ms) => ms >= leastMs * (1 - 1e-9))!;
}

/** How many of something are there, averaged over each stretch. */
export class Occupancy {
  readonly #buckets: TimeBuckets;
  readonly #areaMs: Float64Array;
  /** Change in the number of those that are there for the whole of a stretch. */
  readonly #wholeBy: Float64Array;

  constructor(buckets: TimeBuckets) {
    this.#buckets = buckets;
    this.#areaMs = new Float64Array(buckets.count);
    this.#wholeBy = new Float64Array(buckets.count + 1);
  }

  /** One that is there from one time to another. Takes the same time however many stretches lie between. */
  add(fromMs: number, toMs: number): void {
    if (this.#buckets.count === 0 || toMs <= fromMs) return;
    const { widthMs } = this.#buckets;
    const first = bucketAt(this.#buckets, fromMs);
    const last = bucketAt(this.#buckets, toMs);
    if (first === last) {
      this.#areaMs[first]! += toMs - fromMs;
      return;
    }
    this.#areaMs[first]! += (first + 1) * widthMs - fromMs;
    this.#areaMs[last]! += toMs - last * widthMs;
    this.#wholeBy[first + 1]! += 1;
    this.#wholeBy[last]! -= 1;
  }

  close(): number[] {
    let whole = 0;
    return Array.from(this.#areaMs, (areaMs, index) => {
      whole += this.#wholeBy[index]!;
      return whole + areaMs / lengthMs(this.#buckets, index);
    });
  }
}
