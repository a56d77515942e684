import type { TurnRecord } from '../record/record.ts';
import { Column } from '../stats/column.ts';
import { METRICS } from '../stats/metrics.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import { Tokens } from '../stats/tokens.ts';

/** The times that a twin is judged by. */
export const TIMES = ['ttftMs', 'tpotMs', 'latencyMs'] as const;
export type TimeName = (typeof TIMES)[number];
/** Of its hits: cached / input tokens of requests that told both. */
export const SHARE = 'cachedShare';
export type QuantityName = TimeName | typeof SHARE;
export const QUANTITIES: readonly QuantityName[] = [...TIMES, SHARE];

/** The same requests, as one of run, twin and draws served them. An absent number is unknown. */
export interface Measures {
  /** Of each window: the mean of a time, the share of hits. */
  readonly windows: Readonly<Record<QuantityName, readonly (number | undefined)[]>>;
  readonly distributions: Readonly<Partial<Record<TimeName, Distribution>>>;
  readonly share: number | undefined;
}

/** What is measured, each in its window. */
export interface Windowed<One extends { readonly window: number }> {
  readonly pairs: readonly One[];
  readonly windows: { readonly count: number };
}

/** `served`: the request of one; undefined where it was not completed. */
export function measuresOf<One extends { readonly window: number }>(
  { pairs, windows }: Windowed<One>,
  served: (one: One) => TurnRecord | undefined,
): Measures {
  const count = Math.max(1, windows.count);
  const tokens = Array.from({ length: count + 1 }, () => new Tokens());
  const columns = new Map(
    TIMES.map((name) => [name, Array.from({ length: count + 1 }, () => new Column())]),
  );
  for (const pair of pairs) {
    const record = served(pair);
    if (record?.status !== 'ok') continue;
    // The last place is of them all.
    for (const place of [pair.window, count]) {
      tokens[place]!.add(record);
      for (const name of TIMES) columns.get(name)![place]!.add(METRICS[name].of(record));
    }
  }
  const distributions = TIMES.map(
    (name) => [name, columns.get(name)!.map(distributionOf)] as const,
  );
  const shares = tokens.map((each) => each.close().cache.share);
  return {
    windows: {
      ...(Object.fromEntries(
        distributions.map(([name, all]) => [name, all.slice(0, count).map((one) => one?.mean)]),
      ) as Record<TimeName, (number | undefined)[]>),
      [SHARE]: shares.slice(0, count),
    },
    distributions: Object.fromEntries(
      distributions.flatMap(([name, all]) => (all[count] ? [[name, all[count]]] : [])),
    ),
    share: shares[count],
  };
}
