import { UsageError } from '../base/errors.ts';
import type { Stretches } from '../cache/stretches.ts';
import type { Row } from './rows.ts';

/** Blocks that requests use, window by window. */
export interface WorkingSet {
  /** Width of a window in seconds, or in requests where no times are known. */
  readonly width: number;
  readonly unit: 's' | 'requests';
  readonly windows: readonly Window[];
  /**
   * The most blocks at a time that were used and will be found again: with so many, who knows the future finds all
   * that a cache which never forgets does.
   */
  readonly liveBlocksPeak: number;
}

export interface Window {
  /** In `unit`s from the first request on. */
  readonly from: number;
  readonly requests: number;
  /** Different blocks that its requests hold. */
  readonly blocks: number;
  /** Those of them that nobody held before. */
  readonly newBlocks: number;
  /** The most at a time that were used before and will be found again. */
  readonly liveBlocks: number;
}

const WINDOWS = 12;
const WINDOWS_MAX = 100_000;

/** `width`: as of `WorkingSet`; absent: a round one that makes about a dozen of windows. */
export function workingSetOf(
  rows: readonly Row[],
  stretches: Stretches,
  asked?: number,
): WorkingSet | undefined {
  if (!rows.length) return undefined;
  const firstMs = rows[0]!.atMs;
  const isTimed = rows.every(({ atMs }) => atMs !== undefined) && rows.at(-1)!.atMs! > firstMs!;
  const at = (place: number) => (isTimed ? (rows[place]!.atMs! - firstMs!) / 1000 : place);
  const width = asked ?? roundWidth(at(rows.length - 1) / WINDOWS, isTimed);
  const windowOf = (place: number) => Math.floor(at(place) / width);
  const count = windowOf(rows.length - 1) + 1;
  if (count > WINDOWS_MAX) {
    throw new UsageError(
      `--window: found ${width}; of ${count} windows so wide expected at most ${WINDOWS_MAX}`,
    );
  }
  const sums = Array.from({ length: count }, (_, index) => ({
    from: index * width,
    requests: 0,
    blocks: 0,
    newBlocks: 0,
    liveBlocks: 0,
  }));
  for (const [place, { held }] of rows.entries()) {
    const window = sums[windowOf(place)]!;
    window.requests++;
    window.blocks += held;
    window.newBlocks += held;
  }
  const live = new Int32Array(rows.length + 1);
  for (const { request, by, held, blocks } of stretches) {
    const window = windowOf(request);
    sums[window]!.newBlocks -= held;
    if (windowOf(by) === window) sums[window]!.blocks -= held;
    live[by]! += blocks;
    live[request]! -= blocks;
  }
  let now = 0;
  let peak = 0;
  for (let place = 0; place < rows.length; place++) {
    now += live[place]!;
    peak = Math.max(peak, now);
    const window = sums[windowOf(place)]!;
    window.liveBlocks = Math.max(window.liveBlocks, now);
  }
  return { width, unit: isTimed ? 's' : 'requests', windows: sums, liveBlocksPeak: peak };
}

/** The next of 1, 2, 5, 10, … upwards. */
function roundWidth(least: number, isTimed: boolean): number {
  if (least <= (isTimed ? 0 : 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((step) => step * power >= least)! * power;
}
