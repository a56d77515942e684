import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { MeasuredAxis } from '../stats/time/measured-axis.ts';
import { bucketAt, type TimeBuckets, timeBuckets } from '../stats/time/time-buckets.ts';
import { type PlayedTwin, type RequestKey, requestKey } from './played.ts';

/** A measured request that run and twin have both completed. */
export interface Pair {
  readonly key: RequestKey;
  readonly observed: TurnRecord;
  readonly twin: TurnRecord;
  /** When it was sent in the run, milliseconds of the measured time. */
  readonly atMs: number;
  /** In which stretch of it. */
  readonly window: number;
}

export interface Pairs {
  /** In the order in which the run sent them. */
  readonly pairs: readonly Pair[];
  /** Completed in one of them alone. */
  readonly onlyObserved: number;
  readonly onlyTwin: number;
  /** Why the first of those failed that the run alone completed; absent: it did not come to it. */
  readonly twinFailure?: string;
  readonly windows: TimeBuckets;
  /** What the run measured, milliseconds. */
  readonly measuredMs: number;
}

/** Few requests say little of a window, and more windows than these are too many to look at. */
const REQUESTS_MIN = 8;
const WINDOWS_MAX = 40;

/** Of so many requests, sent over that time. */
export function windowsFor(spanMs: number, requests: number): TimeBuckets {
  const most = Math.max(1, Math.min(WINDOWS_MAX, Math.floor(requests / REQUESTS_MIN)));
  return timeBuckets(spanMs, most);
}

/**
 * Run and twin request by request, so that what is compared differs in nothing but how it was served. Windows are
 * those of the run.
 */
export function pairsOf({ parts }: Run, { records: twins }: PlayedTwin): Pairs {
  const axis = new MeasuredAxis(parts);
  const numberOf = new Map(
    parts.flatMap(({ header, records }) => records.map((record) => [record, header.part] as const)),
  );
  const found: Omit<Pair, 'window'>[] = [];
  const keys = new Set<RequestKey>();
  let onlyObserved = 0;
  let twinFailure: string | undefined;
  for (const request of axis.requests()) {
    const { record } = request;
    const atMs = axis.at(record.sentMs, request);
    if (record.status !== 'ok' || atMs === undefined) continue;
    const key = requestKey(numberOf.get(record)!, record);
    const twin = twins.get(key);
    keys.add(key);
    if (twin?.status === 'ok') {
      found.push({ key, observed: record, twin, atMs });
      continue;
    }
    onlyObserved++;
    if (twin && isFailure(twin.status)) twinFailure ??= twin.reason ?? twin.status;
  }
  const windows = windowsFor(axis.spanMs, found.length);
  const isMeasured = ({ phase, status }: TurnRecord) => phase === 'measure' && status === 'ok';
  return {
    pairs: found
      .sort((a, b) => a.atMs - b.atMs)
      .map((pair) => ({ ...pair, window: Math.max(0, bucketAt(windows, pair.atMs)) })),
    onlyObserved,
    onlyTwin: [...twins].filter(([key, record]) => isMeasured(record) && !keys.has(key)).length,
    ...(twinFailure !== undefined && { twinFailure }),
    windows,
    measuredMs: axis.spanMs,
  };
}
