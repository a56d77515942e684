import type { RunReference } from '../../ledger/run-references.ts';

/** When an engine served a request, in steps of the engine, which are numbered from 0. */
export interface Served {
  readonly reference: RunReference;
  /** The step that first computed any of it. */
  readonly admitted: number;
  /** The step that gave its first token, and its last. */
  readonly first: number;
  readonly last: number;
  /** Whoever is admitted in that step or later finds its blocks free. */
  readonly freed: number;
}

/** Tokens that say how a request lies beside the others: enough to tell steps apart, few enough to be before a pause. */
const COMPARED = 8;
/** So many steps sooner or later than the nearest one its first token may be. */
const NEAR_STEPS = 3;

/**
 * The steps of the engine, from when the tokens of answers came: every request that is decoded has a token in each step,
 * so that a request is in step with others as soon as one of its tokens is, and most of its tokens say which of theirs
 * came with them. Who was admitted before or after whose end is then known, though the times of both are not known to
 * the millisecond.
 * @param isAhead the engine schedules a step before it has the tokens of the one before (asynchronous scheduling), unless
 * that leaves nothing to schedule: then a request that ends keeps its blocks for one step more
 * @returns one a request, in the order of the first tokens; undefined: the journal has not when chunks came
 */
export function stepsOf(
  references: readonly RunReference[],
  isAhead: boolean,
): Served[] | undefined {
  if (references.some(({ record }) => (record.chunks ?? 1) > 1 && !record.chunkGapsMs)) return;
  const steps = new Steps(usualGapMs(references));
  const placed = references
    .map((reference) => ({ reference, timesMs: tokenTimes(reference) }))
    .sort((a, b) => a.timesMs[0]! - b.timesMs[0]! || a.reference.sentMs - b.reference.sentMs)
    .map(({ reference, timesMs }) => ({ reference, timesMs, ...steps.place(timesMs) }));
  const goesOn = goingOn(placed, steps.count);
  return placed.map(({ reference, timesMs, first, last }) => {
    const { enginePrefillMs } = reference.record;
    const admitted =
      enginePrefillMs === undefined ? first : steps.begunAt(timesMs[0]! - enginePrefillMs, first);
    const isBehind = isAhead && goesOn(last);
    return { reference, admitted, first, last, freed: last + (isBehind ? 2 : 1) };
  });
}

/** When its tokens came. Chunks of several tokens are those that took long, and their tokens came in that time. */
function tokenTimes({ record, offsetMs, endMs, outputTokens }: RunReference): number[] {
  const { firstTokenMs, chunkGapsMs: gaps = [] } = record;
  const timesMs = [firstTokenMs === undefined ? endMs : firstTokenMs + offsetMs];
  const tokens = gaps.map(() => 1);
  for (let left = outputTokens - 1 - gaps.length; left > 0 && gaps.length > 0; left--) {
    let most = 0;
    for (let i = 1; i < gaps.length; i++) {
      if (gaps[i]! * tokens[most]! > gaps[most]! * tokens[i]!) most = i;
    }
    tokens[most]!++;
  }
  for (const [i, gap] of gaps.entries()) {
    const startMs = timesMs.at(-1)!;
    for (let of = tokens[i]!, k = 1; k <= of; k++) timesMs.push(startMs + (gap * k) / of);
  }
  return timesMs;
}

function usualGapMs(references: readonly RunReference[]): number {
  const gaps = references.flatMap(({ record }) => record.chunkGapsMs ?? []);
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

/** Steps so far, with when the first token of each came. */
class Steps {
  readonly #ms: number[] = [];
  readonly #usualMs: number;

  constructor(usualMs: number) {
    this.#usualMs = usualMs;
  }

  get count(): number {
    return this.#ms.length;
  }

  /** Gives the tokens of a request, whose first came no sooner than that of all before, their steps. */
  place(timesMs: readonly number[]): { readonly first: number; readonly last: number } {
    const first = this.#bestFirst(timesMs);
    let step = first;
    for (const [token, ms] of timesMs.entries()) {
      if (token > 0) step = this.#after(step, ms);
      this.#ms[step] = Math.min(this.#ms[step] ?? Infinity, ms);
    }
    return { first, last: step };
  }

  /** The step that began at that time, as the tokens of the one before it were out: `first` at the latest. */
  begunAt(ms: number, first: number): number {
    return Math.min(first, this.#nearest(ms) + 1);
  }

  #bestFirst(timesMs: readonly number[]): number {
    const near = this.#nearest(timesMs[0]!);
    let best = this.count;
    let least = this.#distanceOf(timesMs, best);
    for (let first = near - NEAR_STEPS; first <= near + NEAR_STEPS; first++) {
      if (first < 0 || first >= this.count) continue;
      const distance = this.#distanceOf(timesMs, first);
      if (distance < least) [best, least] = [first, distance];
    }
    return best;
  }

  /** Median distance of its first tokens from those of others, if `first` is its first step: some may come after a pause. */
  #distanceOf(timesMs: readonly number[], first: number): number {
    const both = Math.min(COMPARED, timesMs.length, this.count - first);
    if (both <= 0) {
      const nextMs = (this.#ms.at(-1) ?? -Infinity) + this.#usualMs;
      return Math.max(0, nextMs - timesMs[0]!);
    }
    const distances = timesMs.slice(0, both).map((ms, i) => Math.abs(ms - this.#ms[first + i]!));
    return distances.sort((a, b) => a - b)[(both - 1) >> 1]!;
  }

  /** The next step; a later one if others had several meanwhile, as it had given up its blocks. */
  #after(step: number, ms: number): number {
    const next = step + 1;
    if (next >= this.count) return next;
    const near = this.#nearest(ms);
    return near > next + 1 ? near : next;
  }

  #nearest(ms: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ms[middle]! < ms) low = middle + 1;
      else high = middle;
    }
    const isBefore =
      low === this.count || (low > 0 && ms - this.#ms[low - 1]! <= this.#ms[low]! - ms);
    return isBefore ? low - 1 : low;
  }
}

/** Whether some request has tokens both in a step and in the next. */
function goingOn(
  placed: readonly { readonly first: number; readonly last: number }[],
  steps: number,
): (step: number) => boolean {
  const change = new Int32Array(steps + 1);
  for (const { first, last } of placed) {
    change[first]!++;
    change[last]!--;
  }
  let count = 0;
  const going = change.map((by) => (count += by));
  return (step) => going[step]! > 0;
}
