import { POPULATIONS, type RequestMetric } from '../stats/metric.ts';
import {
  isOfRequests,
  METRICS,
  type MetricName,
  type RequestMetricName,
} from '../stats/metrics.ts';
import { BURST_METRICS } from '../stats/time/start-up.ts';
import type { ComparedRun } from './compared-run.ts';
import type { Series } from './estimate.ts';

const OF_BURST: ReadonlySet<MetricName> = new Set(BURST_METRICS);

/**
 * What a run measured of a metric: the values that the report has, by request in the order of time; of
 * `turnsDone`, by conversation.
 */
export function seriesOf(run: ComparedRun, name: MetricName): Series {
  return isOfRequests(name) ? ofRequests(run, name) : turnsDone(run);
}

function ofRequests({ records, startUp }: ComparedRun, name: RequestMetricName): Series {
  const { over, of }: RequestMetric = METRICS[name];
  const { has } = POPULATIONS[over];
  const starts = new Int32Array(records.length + 1);
  const values: number[] = [];
  records.forEach((record, index) => {
    starts[index] = values.length;
    if (!has(record) || (OF_BURST.has(name) && startUp.has(record))) return;
    const value = of(record);
    if (typeof value === 'number') values.push(value);
    else for (const each of value ?? []) values.push(each);
  });
  starts[records.length] = values.length;
  return { values: Float64Array.from(values), starts };
}

function turnsDone({ records }: ComparedRun): Series {
  const done = new Map<number, Set<number>>();
  for (const { userId, turn, status } of records) {
    let turns = done.get(userId);
    if (!turns) done.set(userId, (turns = new Set()));
    if (status === 'ok') turns.add(turn);
  }
  return { values: Float64Array.from(done.values(), ({ size }) => size) };
}
