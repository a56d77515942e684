import type { Run } from '../../record/run-folder.ts';
import { loopDelaysOf } from '../../stats/time/loop-delays.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt } from '../../stats/time/time-buckets.ts';
import { placeParts } from '../../stats/time/timeline.ts';
import { CLIENT_LIMITS } from '../verdict.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** What is on the time of all parts already. */
const TIMELINE = { offsetMs: 0 };

/** For how long the client's event loop stood still: every time stamp may be off by as much. */
export function loopDelayOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const values = new Array<number | undefined>(buckets.count).fill(undefined);
  for (const { startMs, endMs, maxMs } of loopDelaysOf(placeParts(parts))) {
    const [from, to] = [axis.at(startMs, TIMELINE), axis.at(endMs, TIMELINE)];
    if (from === undefined || to === undefined) continue;
    // A delay is known of its stretch, and not where in it.
    const last = bucketAt(buckets, Math.max(from, to - 1));
    for (let bucket = bucketAt(buckets, from); bucket <= last; bucket++) {
      values[bucket] = Math.max(values[bucket] ?? 0, maxMs);
    }
  }
  const limit = CLIENT_LIMITS.eventLoopDelayP99Ms;
  const plot = overTime(axis, { label: 'longest of a stretch', unit: 'ms' }, [
    { name: 'event-loop delay', values },
  ]);
  const isNear = values.some((value = 0) => value > limit / 4);
  return {
    ...plot,
    ...(isNear && {
      marks: [{ name: `p99 of all is to stay below ${limit} ms`, at: limit, axis: 'y' as const }],
    }),
    notes: ['By this much time stamps may be off.', ...plot.notes],
  };
}
