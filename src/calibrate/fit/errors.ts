import type { Profile } from '../../engine/cost/profile.ts';
import { quantile } from '../../stats/exact.ts';
import { MEASURES, type Replay, type Times } from './replay.ts';

/** What the fitted engine says of a run, beside what was seen. */
export interface RunErrors {
  readonly name: string;
  readonly requests: number;
  /** Share of the requests with exactly the cached tokens that were seen; undefined: no request said. */
  readonly sameCached: number | undefined;
  /** By measure and statistic: seen, said. */
  readonly rows: readonly ErrorRow[];
}

export interface ErrorRow {
  readonly measure: (typeof MEASURES)[number];
  readonly statistic: StatisticName;
  readonly seen: number;
  readonly said: number;
}

export const STATISTICS = {
  mean: (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length,
  p50: (values: Float64Array) => quantile(values, 0.5),
  p90: (values: Float64Array) => quantile(values, 0.9),
  p99: (values: Float64Array) => quantile(values, 0.99),
} as const;

type StatisticName = keyof typeof STATISTICS;

function sorted(all: readonly Times[], measure: keyof Times): Float64Array {
  return Float64Array.from(all.flatMap((one) => one[measure] ?? [])).sort();
}

/** What the engine of a profile says of a run, which need not be one that it was fitted to. */
export async function errorsOf(replay: Replay, profile: Profile): Promise<RunErrors> {
  const played = await replay.play(profile);
  const pairs = replay.observed.flatMap((seen) => {
    const said = played.get(seen.key);
    return said ? [{ seen, said }] : [];
  });
  const told = pairs.filter(({ seen }) => seen.cachedTokens !== undefined);
  const same = told.filter(({ seen, said }) => seen.cachedTokens === said.cachedTokens);
  return {
    name: replay.name,
    requests: replay.observed.length,
    sameCached: told.length ? same.length / told.length : undefined,
    rows: MEASURES.flatMap((measure) => {
      const seen = sorted(
        pairs.map((pair) => pair.seen),
        measure,
      );
      const said = sorted(
        pairs.map((pair) => pair.said),
        measure,
      );
      if (seen.length === 0 || said.length === 0) return [];
      return (Object.keys(STATISTICS) as StatisticName[]).map((statistic) => ({
        ...{ measure, statistic },
        ...{ seen: STATISTICS[statistic](seen), said: STATISTICS[statistic](said) },
      }));
    }),
  };
}
