import type { RunPart } from '../record/journal-reader.ts';
import type { BucketSummary } from './buckets.ts';
import { ENGINES } from './engines.ts';
import type { GaugeSummary } from './gauge.ts';
import { type CounterName, type GaugeName, type HistogramName, namesOf } from './quantities.ts';
import { Reading } from './reading.ts';
import {
  type Circumstances,
  RECONCILED,
  type Reconciled,
  type ReconciledName,
  Records,
} from './reconcile.ts';
import { type ServerPoint, ServerSeries } from './series.ts';
import { allOf, type CounterSummary, counterOf, gaugeOf, isByLookups, timesOf } from './told-by.ts';
import { type WatchedServer, windowsOf } from './windows.ts';

/**
 * What the server's own pages tell of a run, from before its warm-up to after its drain: sums over all servers that
 * were watched, over their engines and labels. Absent is what none of them tells.
 */
export interface ServerSummary {
  /** Who speaks on the pages. */
  readonly engines: readonly string[];
  readonly pages: number;
  /** URLs of pages besides the target's own. */
  readonly sources?: readonly string[];
  /** Between the first page and the last, stretches of time added up. */
  readonly watchedSec: number;
  /** Every part of the run has a page before it and one after it: else there is no sum over the run. */
  readonly isWhole: boolean;
  readonly restarts: readonly Restart[];
  /** By how much each rose; none unless it is whole. */
  readonly counters: { readonly [Name in CounterName]?: CounterSummary };
  readonly gauges: { readonly [Name in GaugeName]?: GaugeSummary };
  readonly times: { readonly [Name in HistogramName]?: BucketSummary };
  /** Records beside counters; none unless it is whole. */
  readonly reconciled: readonly Reconciled[];
}

/** A server was started again between two of its pages, whose times are on the clock of their part. */
export interface Restart {
  readonly afterMs: number;
  readonly beforeMs: number;
}

export interface Server {
  readonly summary: ServerSummary;
  readonly points: readonly ServerPoint[];
}

/** The part of a run as one that has watched a server. */
export interface WatchedPart extends WatchedServer {
  readonly part: RunPart;
}

/** undefined: no page of any known engine. */
export function serverOf(
  watched: readonly WatchedPart[],
  isShareOfRun: boolean,
): Server | undefined {
  const reading = new Reading();
  const series = new ServerSeries(reading);
  const restarts: Restart[] = [];
  const sources = new Set<string>();
  let pages = 0;
  let watchedMs = 0;
  for (const [index, window] of windowsOf(watched).entries()) {
    const lastMs = new Map<string, number>();
    let [fromMs, toMs] = [Infinity, -Infinity];
    for (const page of window()) {
      const { atMs, source, part } = page;
      if (source !== undefined) sources.add(source);
      const place = { server: `${part.server} ${source ?? ''}`, window: String(index) };
      if (reading.add(page, place)) {
        restarts.push({ afterMs: lastMs.get(place.server) ?? 0, beforeMs: atMs });
      }
      series.add(part.part, atMs);
      lastMs.set(place.server, atMs);
      pages++;
      fromMs = Math.min(fromMs, part.originEpochMs + atMs);
      toMs = Math.max(toMs, part.originEpochMs + atMs);
    }
    watchedMs += Math.max(0, toMs - fromMs);
  }
  if (reading.engines.size === 0) return undefined;
  const isWhole = watched.every(({ pages }) => pages?.last !== undefined);
  const counters = isWhole ? allOf(namesOf('counter'), (name) => counterOf(reading, name)) : {};
  return {
    summary: {
      engines: Object.entries(ENGINES)
        .filter(([name]) => (reading.engines as ReadonlySet<string>).has(name))
        .map(([, { title }]) => title)
        .filter((title, place, all) => all.indexOf(title) === place),
      pages,
      ...(sources.size > 0 && { sources: [...sources] }),
      watchedSec: watchedMs / 1000,
      isWhole,
      restarts,
      counters,
      gauges: allOf(namesOf('gauge'), (name) => gaugeOf(reading, name)),
      times: isWhole ? allOf(namesOf('histogram'), (name) => timesOf(reading, name)) : {},
      reconciled: isWhole
        ? reconciledOf(watched, counters, {
            isRestarted: restarts.length > 0,
            isShareOfRun,
            isByLookups: isByLookups(reading),
          })
        : [],
    },
    points: series.close(),
  };
}

function reconciledOf(
  watched: readonly WatchedPart[],
  counters: ServerSummary['counters'],
  circumstances: Circumstances,
): Reconciled[] {
  const records = new Records();
  for (const { part } of watched) for (const record of part.records) records.add(record);
  const rows = (Object.keys(RECONCILED) as ReconciledName[]).flatMap(
    (name) =>
      records.reconciled(name, counters[RECONCILED[name].counter]?.total, circumstances) ?? [],
  );
  // It says nothing beside the two of which it is the difference.
  const isKnown = rows.some(({ name }) => name === 'promptTokens');
  return rows.filter(({ name }) => name !== 'computedTokens' || !isKnown);
}
