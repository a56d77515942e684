import { isArrival, type TurnRecord } from '../record/record.ts';
import { bucketAt, timeBuckets } from '../stats/time/time-buckets.ts';
import { type Interval, totalMs } from '../stats/time/timeline.ts';
import type { Level } from './level.ts';

/** What falls due in a stretch of time, and who is there in it. Tokens are of requests that were sent. */
export interface ScheduleBucket {
  /** From the start of measuring. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly arrivals: number;
  /** Averages over time. */
  readonly liveConversations: number;
  readonly liveBlocks: number;
  readonly requests: number;
  readonly requestsPerSec: number;
  readonly inputTokensPerSec: number;
  readonly outputTokensPerSec: number;
}

const BUCKETS_MAX = 16;

/** The schedule in at most 16 stretches of 1, 2 or 5 times a power of ten seconds; none of no time. */
export function scheduleOf(
  records: readonly TurnRecord[],
  levels: { readonly conversations: Level; readonly blocks: Level },
  offering: Interval,
): ScheduleBucket[] {
  const spanMs = totalMs([offering]);
  const buckets = timeBuckets(spanMs, BUCKETS_MAX);
  const { count, widthMs } = buckets;
  if (count === 0) return [];
  const due = Array.from({ length: count }, (): TurnRecord[] => []);
  for (const record of records) {
    const atMs = (record.intendedMs ?? Number.NaN) - offering.startMs;
    // What falls due in the last instant counts if the run's end, in that instant, did not keep it from being sent.
    const isWithin = atMs < spanMs || (atMs === spanMs && record.sentMs !== undefined);
    if (atMs >= 0 && isWithin) due[bucketAt(buckets, atMs)]!.push(record);
  }
  return due.map((list, index) => {
    const [fromMs, toMs] = [index * widthMs, Math.min(spanMs, (index + 1) * widthMs)];
    const within = { startMs: offering.startMs + fromMs, endMs: offering.startMs + toMs };
    const perSec = (count: number): number => (count * 1000) / (toMs - fromMs);
    const sent = list.filter(({ sentMs }) => sentMs !== undefined);
    return {
      fromMs,
      toMs,
      arrivals: list.filter(isArrival).length,
      liveConversations: levels.conversations.mean(within)!,
      liveBlocks: levels.blocks.mean(within)!,
      requests: list.length,
      requestsPerSec: perSec(list.length),
      inputTokensPerSec: perSec(sum(sent, ({ inputTokens }) => inputTokens)),
      outputTokensPerSec: perSec(sum(sent, ({ outputTokens }) => outputTokens)),
    };
  });
}

/** Requests falling due per second in the middle half of the time, when neither start nor end is near. */
export function steadyRequestsPerSec(
  records: readonly TurnRecord[],
  { startMs, endMs }: Interval,
): number | undefined {
  const quarterMs = (endMs - startMs) / 4;
  if (quarterMs <= 0) return undefined;
  const count = records.filter(
    ({ intendedMs = Number.NaN }) =>
      intendedMs >= startMs + quarterMs && intendedMs < endMs - quarterMs,
  ).length;
  return (count * 1000) / (2 * quarterMs);
}

function sum(records: readonly TurnRecord[], value: (record: TurnRecord) => number | undefined) {
  return records.reduce((total, record) => total + (value(record) ?? 0), 0);
}
