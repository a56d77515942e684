import type { Profile } from '../../engine/cost/profile.ts';
import { MEASURES, type Observed, type Played, type Replay, type Times } from './replay.ts';
import type { Residuals } from './solve.ts';

/** Of the logarithm of two times: beyond so many of its errors one says no more. */
const ROBUST = 2.5;
/** As well as times can be said, and are wanted. */
const ERROR = { ttftMs: 0.1, tpotMs: 0.05, latencyMs: 0.05 } as const satisfies Record<
  keyof Times,
  number
>;
/** Runs count alike, as if each had so many requests. */
const REQUESTS = 100;
/** Stretches of a run within which requests are compared by rank, and that are taken to be independent. */
const STRETCHES = 5;
/**
 * The logarithms of what the engine says over what was seen, of each kind of time. Requests that came at once are served
 * in any order, so those of a stretch of a run are compared by their rank, the longest time with the longest, and not
 * one by one. A kind of time counts by how well it is wanted (TTFT 10 %, TPOT and latency 5 %), every run as much as
 * another, and one that is far out as if it were nearer (Huber 1964). A fifth of a run is one cluster: a queue outlives a stretch.
 */
export async function residualsOf(
  replays: readonly Replay[],
  profile: Profile,
): Promise<Residuals> {
  const values: number[] = [];
  const weights: number[] = [];
  const clusters: number[] = [];
  for (const [index, replay] of replays.entries()) {
    const { observed } = replay;
    const played = await (replay.playAgain ?? replay.play)(profile);
    const size = Math.max(1, Math.ceil(observed.length / STRETCHES));
    for (let stretch = 0; stretch * size < observed.length; stretch++) {
      const part = observed.slice(stretch * size, (stretch + 1) * size);
      for (const measure of MEASURES) {
        const error = ERROR[measure];
        for (const value of byRank(part, played, measure)) {
          const beyond = Math.max(1, Math.abs(value) / (ROBUST * error));
          values.push(value);
          weights.push(REQUESTS / observed.length / error ** 2 / beyond);
          clusters.push(index * STRETCHES + stretch);
        }
      }
    }
  }
  return {
    values: Float64Array.from(values),
    weights: Float64Array.from(weights),
    clusters: Int32Array.from(clusters),
  };
}

/**
 * As many as were seen, whatever was played: 0 for one that did not come again, or that found other blocks in the cache
 * than it did. What it had to compute says nothing of how long that takes.
 */
function byRank(part: readonly Observed[], played: Played, measure: keyof Times): number[] {
  const both = part.flatMap(({ key, cachedTokens, [measure]: seen }) => {
    if (!seen) return [];
    const again = played.get(key);
    const isOther = cachedTokens !== undefined && again?.cachedTokens !== cachedTokens;
    return [{ seen, said: (isOther ? undefined : again?.[measure]) ?? seen }];
  });
  const seen = both.map((one) => one.seen).sort((a, b) => a - b);
  const said = both.map((one) => one.said).sort((a, b) => a - b);
  return seen.map((value, rank) => Math.log(said[rank]! / value));
}
