import { isArrival, isFailure } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { bucketAt, lengthMs, type TimeBuckets } from '../../stats/time/time-buckets.ts';
import type { Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** What comes and what is done, per second: conversations that begin, requests that fall due, and how they end. */
export function ratesOverTime({ parts }: Run): Plot {
  const axis = new MeasuredAxis(parts);
  const buckets = stretchesOf(axis);
  const arrived = new Counter(buckets);
  const due = new Counter(buckets);
  const completed = new Counter(buckets);
  const failed = new Counter(buckets);
  let count = 0;
  for (const request of axis.requests()) {
    const { record } = request;
    count++;
    const dueMs = axis.offeredAt(request);
    due.add(dueMs);
    if (isArrival(record)) arrived.add(dueMs);
    if (record.status === 'ok') completed.add(axis.at(record.endMs, request));
    else if (isFailure(record.status)) failed.add(axis.at(record.endMs, request));
  }
  const series = {
    'conversations arrived': arrived,
    'requests due': due,
    completed,
    failed,
  };
  const plot = overTime(
    axis,
    { label: 'rate', unit: '/s' },
    Object.entries(count > 0 ? series : {}).map(([name, counter]) => ({
      name,
      values: counter.perSec(),
    })),
  );
  return {
    ...plot,
    notes: ['Due: until the drain. Completed and failed: when they ended.', ...plot.notes],
  };
}

class Counter {
  readonly #buckets: TimeBuckets;
  readonly #counts: number[];

  constructor(buckets: TimeBuckets) {
    this.#buckets = buckets;
    this.#counts = Array<number>(buckets.count).fill(0);
  }

  add(atMs: number | undefined): void {
    if (atMs !== undefined && this.#counts.length) this.#counts[bucketAt(this.#buckets, atMs)]!++;
  }

  perSec(): number[] {
    return this.#counts.map((count, index) => (count * 1000) / lengthMs(this.#buckets, index));
  }
}
