import type { Slo } from '../scenario/thresholds.ts';
import { METRICS, METRICS_AS_PRINTED, type MetricName } from '../stats/metrics.ts';
import { STATISTICS } from '../stats/statistics.ts';
import { type Better, COMPARED_TOTALS, type ComparedTotal, METRIC_BETTER } from './better.ts';
import type { ComparedRun, Side } from './compared-run.ts';
import { type Difference, type Pairing, pairedDifference } from './difference.ts';
import { type Estimate, meanOf, quantileOf, type Series } from './estimate.ts';
import { type Measure, nameOf, STATISTICS_SHOWN } from './measure-name.ts';
import { numbersOf } from './pairing.ts';
import type { RunPair } from './pairs.ts';
import { type OfRun, pairedRepeats, unpairedRepeats } from './repeats.ts';
import { seriesOf } from './series.ts';
import { totalOfRun } from './totals.ts';

/** One number of two sides. */
export interface Row {
  readonly measure: Measure;
  readonly better: Better;
  /** As found; absent: not measured. */
  readonly a?: number;
  readonly b?: number;
  /** Absent: there is none, and `lacks` says why. */
  readonly difference?: Difference;
  readonly lacks?: string;
}

/** All that is compared, in the order of the table. */
export const MEASURES: readonly Measure[] = [
  ...METRICS_AS_PRINTED.flatMap((metric) =>
    STATISTICS_SHOWN.map((statistic): Measure => ({ metric, statistic })),
  ),
  ...(Object.keys(COMPARED_TOTALS) as ComparedTotal[]).map((total): Measure => ({ total })),
];

/** What two sides have in common, and how it is compared. */
export interface Setting {
  /** Absent: requests of the sides have nothing to do with each other. */
  readonly pairs?: readonly RunPair[] | undefined;
  /** What makes a request a good one, where both sides have the same. */
  readonly slo?: Slo | undefined;
  /** Metrics that the sides define differently. */
  readonly leftOut: Readonly<Partial<Record<MetricName, string>>>;
}

/** The rows of two sides; those of which neither knows anything are left out. */
export function rowsOf(a: Side, b: Side, setting: Setting, measures = MEASURES): Row[] {
  const numbers = new Numbers(setting.slo);
  return measures.flatMap((measure) => {
    if ('metric' in measure && !isShown(measure.metric, [a, b], setting)) return [];
    const row = rowOf(a, b, measure, setting, numbers);
    return row.a === undefined && row.b === undefined ? [] : [row];
  });
}

/** Without reasoning, TTFO is TTFT once more. */
function isShown(metric: MetricName, sides: readonly Side[], { leftOut }: Setting): boolean {
  if (leftOut[metric] !== undefined) return false;
  if (METRICS[metric].shown !== 'ifReasoning') return true;
  return sides.some(({ runs }) =>
    runs.some(({ records, told }) =>
      records.length
        ? records.some(({ firstTokenMs, firstOutputMs }) => firstTokenMs !== firstOutputMs)
        : told[`${metric}.mean`] !== undefined,
    ),
  );
}

function rowOf(a: Side, b: Side, measure: Measure, { pairs }: Setting, numbers: Numbers): Row {
  const better =
    'total' in measure ? COMPARED_TOTALS[measure.total] : METRIC_BETTER[measure.metric];
  const of = (side: Side) => side.runs.map((run) => numbers.estimate(run, measure));
  const [ofA, ofB] = [of(a), of(b)];
  if (!isKnown(ofA) || !isKnown(ofB)) {
    const [toldA, toldB] = [numbers.told(a, ofA, measure), numbers.told(b, ofB, measure)];
    const lacks = toldA === undefined || toldB === undefined ? 'nothing measured' : 'no values';
    return {
      measure,
      better,
      ...(toldA !== undefined && { a: toldA }),
      ...(toldB !== undefined && { b: toldB }),
      lacks,
    };
  }
  const difference = pairs
    ? pairedRepeats(pairs.map((pair) => numbers.ofPair(pair, measure)))
    : unpairedRepeats(numbers.ofRuns(a, measure), numbers.ofRuns(b, measure));
  return { measure, better, a: difference.a, b: difference.b, difference };
}

function isKnown(estimates: readonly (Estimate | undefined)[]): boolean {
  return estimates.every((one) => one !== undefined);
}

/** Estimates of runs; the values of a metric are put together and sorted once for its statistics. */
class Numbers {
  readonly #slo: Slo | undefined;
  readonly #series = new Map<
    ComparedRun,
    { metric: string; series: Series; sorted: Float64Array }
  >();
  readonly #conversations = new Map<ComparedRun, Int32Array>();

  constructor(slo: Slo | undefined) {
    this.#slo = slo;
  }

  estimate(run: ComparedRun, measure: Measure): Estimate | undefined {
    if ('total' in measure) return totalOfRun(run, measure.total, this.#slo);
    const { metric, statistic } = measure;
    let known = this.#series.get(run);
    if (known?.metric !== metric) {
      const series = seriesOf(run, metric);
      known = { metric, series, sorted: series.values.toSorted() };
      this.#series.set(run, known);
    }
    if (statistic === 'mean') return meanOf(known.series);
    const { share, countMin } = STATISTICS[statistic];
    if (known.sorted.length < countMin) return undefined;
    return quantileOf(known.series, known.sorted, share);
  }

  ofPair({ a, b, requests, conversations }: RunPair, measure: Measure): Difference {
    const pairing: Pairing = isOfConversations(measure) ? conversations : requests;
    return pairedDifference(this.estimate(a, measure)!, this.estimate(b, measure)!, pairing);
  }

  ofRuns(side: Side, measure: Measure): OfRun[] {
    return side.runs.map((run) => ({
      estimate: this.estimate(run, measure)!,
      ...(!isOfConversations(measure) && { conversations: this.#conversationsOf(run) }),
    }));
  }

  /** The mean over the runs of a side, of estimates or of what their files tell. */
  told(
    { runs }: Side,
    estimates: readonly (Estimate | undefined)[],
    measure: Measure,
  ): number | undefined {
    const values = runs.map((run, index) => estimates[index]?.value ?? run.told[nameOf(measure)]);
    const known = values.filter((value) => value !== undefined);
    return known.length && known.length === values.length
      ? known.reduce((sum, value) => sum + value, 0) / known.length
      : undefined;
  }

  #conversationsOf(run: ComparedRun): Int32Array {
    let numbers = this.#conversations.get(run);
    if (!numbers) {
      numbers = numbersOf(run.records.map(({ userId }) => userId));
      this.#conversations.set(run, numbers);
    }
    return numbers;
  }
}

function isOfConversations(measure: Measure): boolean {
  return 'metric' in measure && measure.metric === 'turnsDone';
}
