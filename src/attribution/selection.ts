import { UsageError } from '../base/errors.ts';
import { latencyFromIntendedMs, latencyMs, ttftFromIntendedMs, ttftMs } from '../stats/latency.ts';
import { nameOf, type TimedRequest } from './timed-request.ts';

/** Which requests are to be explained. */
export type Selection =
  /** The slowest share of all, 0 to 1: one at least. */
  | { readonly slowest: number }
  /** The one at this share of all, 0 to 1, by what it took. */
  | { readonly quantile: number }
  /** user:turn */
  | { readonly request: string };

/** What makes a request slow. */
export type By = 'latency' | 'ttft';

/** From when it was due, where that is known. */
export function timeOf({ record }: TimedRequest, by: By): number {
  return by === 'ttft'
    ? (ttftFromIntendedMs(record) ?? ttftMs(record)!)
    : (latencyFromIntendedMs(record) ?? latencyMs(record)!);
}

/** Places among the requests, the slowest first. @throws UsageError where there is no such request. */
export function selected(
  requests: readonly TimedRequest[],
  places: readonly number[],
  selection: Selection,
  by: By,
): number[] {
  if ('request' in selection) {
    const found = places.filter((place) => nameOf(requests[place]!) === selection.request);
    if (found.length) return found;
    throw new UsageError(
      `--request: found ${selection.request}, which is not among the ${places.length} measured requests that were answered; expected user:turn, as in ${nameOf(requests[places[0]!]!)}`,
    );
  }
  const times = new Map(places.map((place) => [place, timeOf(requests[place]!, by)]));
  const sorted = [...places].sort((a, b) => times.get(b)! - times.get(a)!);
  if ('slowest' in selection) {
    return sorted.slice(0, Math.max(1, Math.round(selection.slowest * sorted.length)));
  }
  return [sorted[Math.round((1 - selection.quantile) * (sorted.length - 1))]!];
}
