import { meanWaterfall, ttftPartMs, type Waterfall } from './waterfall.ts';

/** Requests between two quantiles of the time to their first token, from when they were due. */
export interface Band {
  /** Shares of the requests, 0 to 1. */
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** The mean of them. */
  readonly waterfall: Waterfall;
}

const ENDS = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
/** So that a picture has a point for each percent. */
const FINE_ENDS = Array.from({ length: 51 }, (_, index) => index / 50);

export function bandsOf(waterfalls: readonly Waterfall[], isFine = false): Band[] {
  const sorted = waterfalls
    .map((waterfall) => ({ waterfall, ttftMs: ttftPartMs(waterfall) }))
    .sort((a, b) => a.ttftMs - b.ttftMs)
    .map(({ waterfall }) => waterfall);
  const ends = isFine ? FINE_ENDS : ENDS;
  return ends.slice(1).flatMap((to, index) => {
    const from = ends[index]!;
    const within = sorted.slice(Math.round(from * sorted.length), Math.round(to * sorted.length));
    if (!within.length) return [];
    return [{ from, to, requests: within.length, waterfall: meanWaterfall(within) }];
  });
}
