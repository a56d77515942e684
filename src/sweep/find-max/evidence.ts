import type { Run } from '../../record/run-folder.ts';
import { scenarioOf } from '../../report/identity.ts';
import type { RunSummary } from '../../report/run-summary.ts';
import { startUpsOf } from '../../report/steady-state.ts';
import type { ThresholdVerdict } from '../../report/thresholds.ts';
import { Column } from '../../stats/column.ts';
import { moments } from '../../stats/exact.ts';
import { certaintyOf, type Interval95, wilson95 } from '../../stats/intervals/certainty.ts';
import { POPULATIONS, type RequestMetric } from '../../stats/metric.ts';
import {
  isOfRequests,
  METRICS,
  type MetricName,
  type RequestMetricName,
} from '../../stats/metrics.ts';
import { STATISTICS, type StatisticName } from '../../stats/statistics.ts';
import { eachInTime, inOrder } from '../../stats/time/in-time.ts';
import { BURST_METRICS } from '../../stats/time/start-up.ts';
import { placeParts } from '../../stats/time/timeline.ts';
import { readingOf } from '../measure.ts';
import type { Estimate } from './estimate.ts';

/**
 * What a run says of each limit of its scenario: one estimate for each end of each, always as many, in the order of the
 * verdicts. That nothing was measured is beyond any limit; so is a share of failed requests above the one accepted.
 */
export function estimatesOf(run: Run, summary: RunSummary): Estimate[] {
  return summary.thresholds.flatMap((verdict) => {
    const { min, max } = verdict;
    return [
      ...(max === undefined ? [] : [estimateOf({ ...verdict, sign: 1, limit: max }, run, summary)]),
      ...(min === undefined
        ? []
        : [estimateOf({ ...verdict, sign: -1, limit: min }, run, summary)]),
    ];
  });
}

interface OneSided extends Pick<ThresholdVerdict, 'name' | 'found' | 'isKept'> {
  /** 1: at most; -1: at least. */
  readonly sign: 1 | -1;
  readonly limit: number;
}

function estimateOf(
  { name, found, sign, limit, isKept }: OneSided,
  run: Run,
  summary: RunSummary,
): Estimate {
  const isFact = found === undefined || FACTS.test(name);
  if (isFact) return { kind: 'fact', isBeyond: !isKept };
  const [metric, statistic] = name.split('.') as [MetricName, StatisticName];
  if (metric in METRICS && isOfRequests(metric)) {
    const row = STATISTICS[statistic];
    if ('share' in row) return shareBeyond(valuesOf(run, metric), limit, sign, row.share);
  }
  const { value, interval95 } = readingOf(name, summary)!;
  if (name === 'goodput.share' && interval95) {
    return goodput({ value, interval95 }, limit, summary.goodput!.judged);
  }
  if (name.endsWith('hare')) {
    return { kind: 'difference', y: sign * (value - limit) };
  }
  const y = sign * Math.log(value / limit);
  return { kind: 'ratio', y: Math.max(-FAR, Math.min(FAR, y)), ...errorOf(value, interval95) };
}

/** What is exceeded by a single request, or is not a matter of chance. */
const FACTS = /^maxErrorRate$|^counts\.|\.(min|max|std)$/;
/** JSON has no infinity. */
const FAR = 1000;
/** From a value to the lower end of its interval, in standard errors: t of 31 degrees, as `stats/intervals/certainty.ts` has it. */
const T = 2.04;

/** The values of a metric, in the order of time: those that its distribution has. */
function valuesOf(run: Run, metric: RequestMetricName): Float64Array {
  const { of, over }: RequestMetric = METRICS[metric];
  const placed = placeParts(run.parts).map(inOrder);
  const startUps = startUpsOf(placed, scenarioOf(run.parts[0]!));
  const isOfBurst = (BURST_METRICS as readonly string[]).includes(metric);
  const column = new Column();
  eachInTime(placed, (record, { part }) => {
    if (record.phase === 'warmup' || !POPULATIONS[over].has(record)) return;
    if (isOfBurst && startUps.get(part)?.has(record)) return;
    const value = of(record);
    if (typeof value === 'object') for (const each of value) column.add(each);
    else column.add(value);
  });
  return column.values();
}

/** `p95 < 200` says that a share of 5 % may be beyond 200; `p95 > 200`, that 95 % may be below. */
export function shareBeyond(
  values: Float64Array,
  limit: number,
  sign: 1 | -1,
  share: number,
): Estimate {
  const beyond = Float64Array.from(values, (value) => (sign * (value - limit) > 0 ? 1 : 0));
  const { mean, std } = moments(beyond);
  const sorted = beyond.slice().sort();
  const { effectiveCount } = certaintyOf(beyond, sorted, { mean, std });
  return {
    kind: 'share',
    beyond: mean,
    allowed: sign > 0 ? 1 - share : share,
    count: values.length,
    effective: effectiveCount,
  };
}

function goodput(
  { value, interval95 }: { readonly value: number; readonly interval95: Interval95 },
  limit: number,
  judged: number,
): Estimate {
  const effective = worthOf(value, interval95[1] - interval95[0], judged);
  return { kind: 'share', beyond: 1 - value, allowed: 1 - limit, count: judged, effective };
}

/** Of how many independent ones a share has an interval of this width. */
function worthOf(share: number, width: number, most: number): number {
  let [low, high] = [1, most];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    const [from, to] = wilson95(share, middle);
    if (to - from > width) low = middle;
    else high = middle;
  }
  return high;
}

function errorOf(value: number, interval95: Interval95 | undefined): { se?: number } {
  if (!interval95 || value <= 0) return {};
  const [low] = interval95;
  return low > 0 ? { se: (value / low - 1) / T } : {};
}
