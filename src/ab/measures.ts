import type { TurnRecord } from '../record/record.ts';
import type { Slo } from '../scenario/thresholds.ts';
import { quantile } from '../stats/exact.ts';
import { Goodput } from '../stats/goodput.ts';
import { METRICS, type RequestMetricName } from '../stats/metrics.ts';
import { STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { Tokens } from '../stats/tokens.ts';

/**
 * time: of the requests that both sides answered, one statistic; less is better; a difference is the logarithm of
 * B / A. share: of the requests that both sides were asked, 0 to 1; more is better; a difference is B - A.
 */
type Measure = TimeMeasure | ShareMeasure;

interface TimeMeasure {
  readonly kind: 'time';
  readonly metric: RequestMetricName;
}

interface ShareMeasure {
  readonly kind: 'share';
  readonly label: string;
  /** undefined: it is unknown. */
  of(records: readonly TurnRecord[], slo: Slo | undefined): number | undefined;
}

/** What arms are compared by. */
export const MEASURES = {
  ttft: { kind: 'time', metric: 'ttftMs' },
  tpot: { kind: 'time', metric: 'tpotMs' },
  itl: { kind: 'time', metric: 'itlMs' },
  latency: { kind: 'time', metric: 'latencyMs' },
  goodput: {
    kind: 'share',
    label: 'goodput',
    of(records, slo) {
      if (!slo) return undefined;
      const goodput = new Goodput(slo);
      for (const record of records) goodput.add(record);
      return goodput.close(undefined).share;
    },
  },
  'hit-share': {
    kind: 'share',
    label: 'hit share',
    of(records) {
      const tokens = new Tokens();
      for (const record of records) tokens.add(record);
      return tokens.close().cache.share;
    },
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;

export const MEASURE_NAMES = Object.keys(MEASURES) as MeasureName[];

/** Statistics of a time that arms can be compared by. */
const TAILS = ['p50', 'p90', 'p95', 'p99'] as const satisfies readonly StatisticName[];

/** A measure, and of a time its statistic: `ttft` is the mean, `ttft.p95` the percentile. */
export type MeasureKey = MeasureName | `${MeasureName}.${(typeof TAILS)[number]}`;

/** All that may be named, for errors and help. */
export const MEASURE_KEYS: readonly MeasureKey[] = MEASURE_NAMES.flatMap((name) => [
  name,
  ...(MEASURES[name].kind === 'time' ? TAILS.map((tail) => `${name}.${tail}` as const) : []),
]);

/** One measure of one pair of sides. */
export interface Compared {
  readonly a: number;
  readonly b: number;
  readonly difference: number;
}

/** What is known of a measure: undefined where a side has no value, or has no time at all. */
export function compared(
  key: MeasureKey,
  [a, b]: readonly [a: readonly TurnRecord[], b: readonly TurnRecord[]],
  slo: Slo | undefined,
): Compared | undefined {
  const { measure, tail } = parsed(key);
  if (measure.kind === 'share') {
    const [ofA, ofB] = [measure.of(a, slo), measure.of(b, slo)];
    return ofA === undefined || ofB === undefined
      ? undefined
      : { a: ofA, b: ofB, difference: ofB - ofA };
  }
  const { of } = METRICS[measure.metric];
  const [ofA, ofB] = [new Float64Array(a.length), new Float64Array(b.length)];
  let count = 0;
  // Subtle: the records come in pairs, so that a request that one side did not answer counts for neither.
  for (const [index, record] of a.entries()) {
    const [valueA, valueB] = [of(record), of(b[index]!)];
    if (record.status !== 'ok' || b[index]!.status !== 'ok') continue;
    if (valueA === undefined || valueB === undefined) continue;
    ofA[count] = valueA;
    ofB[count++] = valueB;
  }
  const [left, right] = [ofA, ofB].map((values) => statistic(values.subarray(0, count), tail));
  return left! > 0 && right! > 0
    ? { a: left!, b: right!, difference: Math.log(right! / left!) }
    : undefined;
}

/** How much better B is: of a time the share of A's that it saves, of a share what it has more. */
export function gainOf(key: MeasureKey, difference: number): number {
  return isTime(key) ? -Math.expm1(difference) : difference;
}

export function isTime(key: MeasureKey): boolean {
  return parsed(key).measure.kind === 'time';
}

/** `TTFT`, `TTFT p95`, `hit share`. */
export function labelOf(key: MeasureKey): string {
  const { measure, tail } = parsed(key);
  const label = measure.kind === 'time' ? METRICS[measure.metric].label : measure.label;
  return tail === undefined ? label : `${label} ${tail}`;
}

function parsed(key: MeasureKey) {
  const [name, tail] = key.split('.') as [MeasureName, (typeof TAILS)[number] | undefined];
  return { measure: MEASURES[name], tail };
}

function statistic(values: Float64Array, tail: (typeof TAILS)[number] | undefined): number {
  if (tail === undefined) return values.reduce((sum, value) => sum + value, 0) / values.length;
  return quantile(values.toSorted(), STATISTICS[tail].share);
}
