import type { Run } from '../../record/run-folder.ts';
import { Column } from '../../stats/column.ts';
import { ttftMs } from '../../stats/latency.ts';
import { distributionOf } from '../../stats/quantile.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** Percentiles of the TTFT of completed requests, by when they were sent. */
export function ttftOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const columns = Array.from({ length: buckets.count }, () => new Column());
  for (const request of axis.requests()) {
    const { record } = request;
    const atMs = axis.at(record.sentMs, request);
    if (record.status !== 'ok' || atMs === undefined) continue;
    columns[bucketAt(buckets, atMs)]?.add(ttftMs(record));
  }
  const distributions = columns.map(distributionOf);
  const plot = overTime(
    axis,
    { label: 'TTFT', unit: 'ms' },
    (['p50', 'p90', 'p99'] as const).map((name) => ({
      name,
      values: distributions.map((distribution) => distribution?.[name]),
    })),
  );
  return { ...plot, notes: ['Of completed requests, by when they were sent.', ...plot.notes] };
}
