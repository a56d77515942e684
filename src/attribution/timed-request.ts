import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { hasOwnEngine } from '../report/engine-cache.ts';
import { placeParts } from '../stats/time/timeline.ts';

/** A request that was answered, on the timeline that all parts of a run share; milliseconds. Absent is unknown. */
export interface TimedRequest {
  readonly record: TurnRecord;
  /** Requests of the same one were in flight with each other: parts may have had engines of their own. */
  readonly engine: unknown;
  readonly offsetMs: number;
  readonly sentMs: number;
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
  readonly endMs: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Of the input, by where it came from. Local: the GPU's own cache. External: below it; storage: those of them that were there. */
  readonly uncachedTokens: number | undefined;
  readonly localTokens: number | undefined;
  readonly externalTokens: number | undefined;
  readonly storageTokens: number | undefined;
}

/** In the order of sending. Requests that failed, or that have no first token, are not among them. */
export function timedRequests(run: Run): TimedRequest[] {
  return placeParts(run.parts)
    .flatMap(({ part, offsetMs }) => {
      const engine = hasOwnEngine(part) ? part : '';
      return part.records.flatMap((record) => timed(record, engine, offsetMs) ?? []);
    })
    .sort((a, b) => a.sentMs - b.sentMs || a.record.userId - b.record.userId);
}

function timed(record: TurnRecord, engine: unknown, offsetMs: number): TimedRequest | undefined {
  const { sentMs, firstTokenMs, endMs, lastTokenMs = endMs } = record;
  if (record.status !== 'ok' || sentMs === undefined) return undefined;
  if (firstTokenMs === undefined || lastTokenMs === undefined || endMs === undefined) {
    return undefined;
  }
  const { inputTokens, outputTokens, cachedTokens, externalCachedTokens } = record;
  // Subtle: written out, so that the requests of a long run are of one shape, and quick to go through.
  return {
    record,
    engine,
    offsetMs,
    inputTokens,
    outputTokens,
    sentMs: sentMs + offsetMs,
    firstTokenMs: firstTokenMs + offsetMs,
    lastTokenMs: lastTokenMs + offsetMs,
    endMs: endMs + offsetMs,
    uncachedTokens: less(inputTokens, cachedTokens),
    localTokens: less(cachedTokens, externalCachedTokens),
    externalTokens: externalCachedTokens,
    storageTokens: record.storageCachedTokens,
  };
}

function less(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(0, a - b);
}

/** As `--request` takes it: user:turn, and behind it the place of its agent, where there are several. */
export function nameOf({ record }: Pick<TimedRequest, 'record'>): string {
  const { userId, turn, agent } = record;
  return agent ? `${userId}:${turn}:${agent.place}` : `${userId}:${turn}`;
}
