import { isFailure } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** How many requests have fallen due and have ended, by the end of each stretch of time. */
export function progressOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const tally = () => Array<number>(buckets.count).fill(0);
  const [due, completed, failed] = [tally(), tally(), tally()];
  const count = (into: number[], atMs: number | undefined) => {
    if (atMs !== undefined && into.length) into[bucketAt(buckets, atMs)]!++;
  };
  let requests = 0;
  for (const request of axis.requests()) {
    const { record } = request;
    requests++;
    count(due, axis.offeredAt(request));
    const endMs = axis.at(record.endMs, request);
    if (record.status === 'ok') count(completed, endMs);
    else if (isFailure(record.status)) count(failed, endMs);
  }
  const series = { due, completed, ...(failed.some(Boolean) && { failed }) };
  const plot = overTime(
    axis,
    { label: 'requests so far', unit: 'count' },
    Object.entries(requests ? series : {}).map(([name, counts]) => ({
      name,
      values: summedUp(counts),
    })),
  );
  return { ...plot, notes: ['At the end of each stretch of time.', ...plot.notes] };
}

function summedUp(counts: readonly number[]): number[] {
  let sum = 0;
  return counts.map((count) => (sum += count));
}
