import type { StatisticName } from '../stats/statistics.ts';
import { type Band, bandOf } from './band.ts';
import { type Measures, SHARE, TIMES, type TimeName } from './measures.ts';

export const JUDGED_STATISTICS = [
  'mean',
  'p50',
  'p90',
  'p99',
] as const satisfies readonly StatisticName[];
type JudgedStatistic = (typeof JUDGED_STATISTICS)[number];

/** How far off a twin may be to be called good, as a share of what was observed; absent: nobody asks. */
const BOUNDS: Readonly<Record<TimeName, Readonly<Partial<Record<JudgedStatistic, number>>>>> = {
  ttftMs: { p50: 0.1, p90: 0.15, p99: 0.2 },
  tpotMs: { mean: 0.05, p50: 0.05, p90: 0.1 },
  latencyMs: { mean: 0.05, p50: 0.05, p90: 0.1 },
};
/** Of the cached share, 0 to 1; and at least so many requests are to have found what their twins did. */
const SHARE_BOUND = 0.01;
export const EQUAL_BOUND = 0.95;

/** One number of the run beside the twin's. */
export interface TwinError {
  readonly name: TimeName | typeof SHARE;
  /** Absent: of the whole run. */
  readonly statistic?: JudgedStatistic;
  readonly observed: number;
  readonly twin: number;
  /** (twin - observed) / observed; of shares twin - observed. */
  readonly error: number;
  readonly band?: Band;
  readonly bound?: number;
  /** Whether it is within the bound; absent without one. */
  readonly isKept?: boolean;
}

export function errorsOf(
  observed: Measures,
  twin: Measures,
  draws: readonly Measures[],
): TwinError[] {
  const times = TIMES.flatMap((name) =>
    JUDGED_STATISTICS.flatMap((statistic): TwinError[] => {
      const of = ({ distributions }: Measures) => distributions[name]?.[statistic];
      const [seen, said] = [of(observed), of(twin)];
      if (seen === undefined || said === undefined) return [];
      const numbers = { observed: seen, twin: said, error: seen === said ? 0 : said / seen - 1 };
      const band = bandOf(said, draws.map(of));
      return [
        { name, statistic, ...numbers, ...judged(numbers.error, BOUNDS[name][statistic], band) },
      ];
    }),
  );
  if (observed.share === undefined || twin.share === undefined) return times;
  const error = twin.share - observed.share;
  const band = bandOf(
    twin.share,
    draws.map(({ share }) => share),
  );
  return [
    ...times,
    {
      name: SHARE,
      observed: observed.share,
      twin: twin.share,
      error,
      ...judged(error, SHARE_BOUND, band),
    },
  ];
}

/** How many of the bounds that can be judged are kept. */
export function boundsOf({
  errors,
  agreement,
}: {
  readonly errors: readonly TwinError[];
  readonly agreement: { readonly isKept?: boolean };
}): { readonly kept: number; readonly of: number } {
  const judgements = [...errors, agreement].flatMap(({ isKept }) => isKept ?? []);
  return { kept: judgements.filter(Boolean).length, of: judgements.length };
}

function judged(error: number, bound: number | undefined, band: Band | undefined) {
  return {
    ...(band && { band }),
    ...(bound !== undefined && { bound, isKept: Math.abs(error) <= bound }),
  };
}
