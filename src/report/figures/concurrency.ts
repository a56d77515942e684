import type { Run } from '../../record/run-folder.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { Occupancy } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** Conversations under way, and requests in flight, each averaged over a stretch of time. */
export function concurrencyOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const inFlight = new Occupancy(buckets);
  const lives = new Map<number, { fromMs: number; toMs: number }>();
  for (const request of axis.requests()) {
    const { record } = request;
    const fromMs = axis.at(record.sentMs, request);
    const toMs = axis.at(record.endMs, request);
    if (fromMs === undefined || toMs === undefined) continue;
    inFlight.add(fromMs, toMs);
    const life = lives.get(record.userId);
    if (life) {
      life.fromMs = Math.min(life.fromMs, fromMs);
      life.toMs = Math.max(life.toMs, toMs);
    } else lives.set(record.userId, { fromMs, toMs });
  }
  const active = new Occupancy(buckets);
  for (const { fromMs, toMs } of lives.values()) active.add(fromMs, toMs);
  const plot = overTime(axis, { label: 'on average', unit: 'count' }, [
    ...(lives.size > 0
      ? [
          { name: 'active conversations', values: active.close() },
          { name: 'requests in flight', values: inFlight.close() },
        ]
      : []),
  ]);
  return {
    ...plot,
    notes: [
      'A conversation is active from its first request to the end of its last. Failed requests count too.',
      ...plot.notes,
    ],
  };
}
