import { type FileRecord, firstOf, isTime, wrongField } from './records.ts';
import { type Moment, momentOf, momentOfCount, msBetween } from './wall-clock.ts';

/** Names that logs have for when a request came. */
export const STARTS = [
  'timestamp',
  '@timestamp',
  'time',
  'ts',
  'start_time',
  'startTime',
  'request_time',
  'requestTime',
  'arrival_time',
  'created_at',
  'createdAt',
  'created',
];
const ENDS = ['end_time', 'endTime', 'completed_at', 'completedAt', 'finished_at'];
const DURATIONS_MS = ['duration_ms', 'latency_ms', 'elapsed_ms', 'response_time_ms'];

/**
 * When the requests of a log came, from the first, and how long they took. Times are written as dates, or as
 * numbers: since 1970 in a unit that their size tells, or, where they are too small for that, in seconds.
 */
export function logTimes(
  timeUnit: 'ms' | 's' | undefined,
): (record: FileRecord) => { atMs: number; apiMs: number | undefined } {
  let perSec: number | undefined = timeUnit && PER_SEC[timeUnit];
  let first: Moment | undefined;
  const momentIn = (record: FileRecord, name: string): Moment => {
    const time = record.value[name];
    if (isTime(time) || (typeof time === 'string' && /^\d+(\.\d+)?$/.test(time))) {
      perSec ??= unitOf(Number(time));
      return momentOfCount(time, perSec);
    }
    const moment = typeof time === 'string' ? momentOf(time) : undefined;
    if (!moment) throw wrongField(record, name, time, 'a date and a time of day, or a number >= 0');
    return moment;
  };
  return (record) => {
    const [startName] = firstOf(record.value, STARTS) ?? [];
    if (startName === undefined) {
      throw wrongField(
        record,
        'timestamp',
        undefined,
        `a time there, or in ${STARTS.slice(1).join(', ')}`,
      );
    }
    const start = momentIn(record, startName);
    first ??= start;
    const [endName] = firstOf(record.value, ENDS) ?? [];
    const duration = firstOf(record.value, DURATIONS_MS)?.[1];
    const lasted = endName && msBetween(start, momentIn(record, endName));
    const apiMs = duration ?? lasted;
    return { atMs: msBetween(first, start), apiMs: isTime(apiMs) ? apiMs : undefined };
  };
}

const PER_SEC = { ms: 1000, s: 1 } as const;

/** Seconds, milliseconds, microseconds and nanoseconds since 1970, from 1973 on, do not overlap. */
const EPOCH_UNITS = [
  { from: 1e17, perSec: 1e9 },
  { from: 1e14, perSec: 1e6 },
  { from: 1e11, perSec: 1e3 },
];

function unitOf(number: number): number {
  return EPOCH_UNITS.find(({ from }) => number >= from)?.perSec ?? 1;
}
