import type { Run } from '../../record/run-folder.ts';
import { Column } from '../../stats/column.ts';
import { generatorDelayMs, latenessMs } from '../../stats/latency.ts';
import { distributionOf } from '../../stats/quantile.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt } from '../../stats/time/time-buckets.ts';
import { CLIENT_LIMITS } from '../verdict.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** How late requests were sent, and which part of it was the client's own, by when they were sent. */
export function latenessOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const columns = () => Array.from({ length: buckets.count }, () => new Column());
  const [late, own] = [columns(), columns()];
  for (const request of axis.requests()) {
    const { record } = request;
    const atMs = axis.at(record.sentMs, request);
    if (atMs === undefined) continue;
    late[bucketAt(buckets, atMs)]?.add(latenessMs(record));
    own[bucketAt(buckets, atMs)]?.add(generatorDelayMs(record));
  }
  const series = { lateness: late, "client's own delay": own };
  const plot = overTime(
    axis,
    { label: 'p99 of a stretch', unit: 'ms' },
    Object.entries(series).map(([name, of]) => ({
      name,
      values: of.map((column) => distributionOf(column)?.p99),
    })),
  );
  const { delayP99Ms } = CLIENT_LIMITS;
  return {
    ...plot,
    ...(isNear(plot, delayP99Ms) && {
      marks: [{ name: `the client kept up below ${delayP99Ms} ms`, at: delayP99Ms, axis: 'y' }],
    }),
    notes: [
      'Lateness: sent less due, whatever the cause. Own delay: from when nothing but the client kept it from being sent.',
      ...plot.notes,
    ],
  };
}

/** A limit far above all that was seen would press it to the ground. */
function isNear({ series }: Plot, limit: number): boolean {
  return series.some(({ points }) => points.some(([, y]) => y > limit / 4));
}
