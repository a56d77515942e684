import { type BucketSummary, summariseBuckets } from './buckets.ts';
import type { Counter } from './counter.ts';
import { ENGINES, type EngineName, type Use } from './engines.ts';
import type { GaugeSummary } from './gauge.ts';
import type { CounterName, GaugeName, HistogramName, Quantity } from './quantities.ts';
import { keyOf, type Reading } from './reading.ts';

/** By how much a counter rose over the run. */
export interface CounterSummary {
  readonly total: number;
  /** Of each that is kept apart, a tier for example. */
  readonly by?: Readonly<Record<string, number>>;
}

/** Where a reading has a quantity: of those that tell it the one that is believed. */
export function keysOf(quantity: Quantity): Omit<Use, 'told'>[] {
  return (Object.keys(ENGINES) as EngineName[]).flatMap((engine) =>
    ENGINES[engine].tells[quantity].map((_, rank) => ({ engine, quantity, rank })),
  );
}

/** Whether a counter is summed up from what its engine looked up: the last resort of `cachedTokens`. */
export function isByLookups({ counters }: Reading): boolean {
  const key = keysOf('cachedTokens').find((one) => counters.has(keyOf(one)));
  if (!key) return false;
  return ENGINES[key.engine].tells.cachedTokens[key.rank]!.names.some((name) =>
    name.endsWith('prefix_cache_hits'),
  );
}

export function counterOf(
  { counters }: Reading,
  quantity: CounterName,
): CounterSummary | undefined {
  const counter = first(keysOf(quantity), (key) => counters.get(keyOf(key)));
  if (!counter) return undefined;
  const by = Object.fromEntries([...counter.by].filter(([name]) => name !== ''));
  return { total: counter.total, ...(Object.keys(by).length > 0 && { by }) };
}

export function gaugeOf({ gauges }: Reading, quantity: GaugeName): GaugeSummary | undefined {
  return first(keysOf(quantity), (key) => gauges.get(keyOf(key))?.close());
}

/** The mean is exact. Percentiles lie somewhere in the bucket that they are interpolated in. */
export function timesOf({ counters }: Reading, quantity: HistogramName): BucketSummary | undefined {
  return first(keysOf(quantity), (key) => {
    const piece = (of: Use['piece']): Counter | undefined =>
      counters.get(keyOf({ ...key, ...(of && { piece: of }) }));
    const count = piece('count')?.total;
    if (count === undefined) return undefined;
    const buckets = [...(piece('bucket')?.by ?? [])]
      .filter(([bound]) => bound !== '+Inf')
      .map(([bound, upTo]) => ({ bound: Number(bound), upTo }));
    return summariseBuckets({ count, sum: piece('sum')?.total ?? 0, buckets });
  });
}

/** Those of these quantities that are told. */
export function allOf<Name extends Quantity, Value>(
  names: readonly Name[],
  read: (name: Name) => Value | undefined,
): { readonly [One in Name]?: Value } {
  const known = names.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(known);
}

function first<From, To>(all: readonly From[], of: (one: From) => To | undefined): To | undefined {
  for (const one of all) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
