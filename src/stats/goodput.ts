import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Limit, Slo } from '../scenario/thresholds.ts';
import { Column } from './column.ts';
import { type Interval95, wilson95 } from './intervals/certainty.ts';
import type { RequestMetric } from './metric.ts';
import { METRICS, type RequestMetricName } from './metrics.ts';
import { sampledOf } from './quantile.ts';

/** Requests that met every limit of the scenario's `slo`. Failed ones did not. */
export interface GoodputSummary {
  readonly good: number;
  /** Completed and failed requests: those that the end of the run cut off are not judged. */
  readonly judged: number;
  /** good / judged, 0 to 1; absent if none was judged, or a limited metric has no value at all. */
  readonly share?: number;
  /** Wilson's, of as many independent requests as they are worth. */
  readonly shareInterval95?: Interval95;
  /** Good requests over the measured time, drain included; absent as the share is. */
  readonly perSec?: number;
  /** Completed requests that did not meet the limit of a metric, which may be several for one request. */
  readonly missed: Readonly<Partial<Record<RequestMetricName, number>>>;
}

interface Judge {
  readonly name: RequestMetricName;
  readonly of: RequestMetric['of'];
  readonly min: number;
  readonly max: number;
  known: number;
  missed: number;
}

export class Goodput {
  readonly #judges: readonly Judge[];
  /** 1 for good, 0 for not, in the order of time. */
  readonly #verdicts = new Column();
  #good = 0;

  constructor(slo: Slo) {
    this.#judges = Object.entries(slo).map(([name, limit]) =>
      judgeOf(name as RequestMetricName, limit),
    );
  }

  add(record: TurnRecord): void {
    if (record.status === 'ok') {
      const isGood = this.#isGood(record);
      if (isGood) this.#good++;
      this.#verdicts.add(isGood ? 1 : 0);
    } else if (isFailure(record.status)) this.#verdicts.add(0);
  }

  merge(other: Goodput): void {
    this.#verdicts.merge(other.#verdicts);
    this.#good += other.#good;
    this.#judges.forEach((judge, index) => {
      judge.known += other.#judges[index]!.known;
      judge.missed += other.#judges[index]!.missed;
    });
  }

  /** undefined: without time there is no rate. */
  close(measuredMs: number | undefined): GoodputSummary {
    const good = this.#good;
    const judged = this.#verdicts.count;
    const missed = Object.fromEntries(this.#judges.map(({ name, missed }) => [name, missed]));
    // Of a failure nothing is known; where no answer has a value, good and bad ones cannot be told apart.
    const isJudged = judged > 0 && this.#judges.every(({ known }) => known > 0 || good === 0);
    if (!isJudged) return { good, judged, missed };
    const effective = sampledOf(this.#verdicts)!.certainty!.effectiveCount;
    return {
      good,
      judged,
      share: good / judged,
      shareInterval95: wilson95(good / judged, effective),
      ...(measuredMs !== undefined && measuredMs > 0 && { perSec: (good * 1000) / measuredMs }),
      missed,
    };
  }

  #isGood(record: TurnRecord): boolean {
    let isGood = true;
    for (const judge of this.#judges) {
      const value = judge.of(record);
      // An answer of one token has no TPOT to be too long.
      if (value === undefined) continue;
      judge.known++;
      if (isWithin(value, judge)) continue;
      judge.missed++;
      isGood = false;
    }
    return isGood;
  }
}

/** Whether a completed request meets every limit. */
export function isGoodBy(slo: Slo): (record: TurnRecord) => boolean {
  const judges = Object.entries(slo).map(([name, limit]) =>
    judgeOf(name as RequestMetricName, limit),
  );
  return (record) =>
    judges.every((judge) => {
      const value = judge.of(record);
      return value === undefined || isWithin(value, judge);
    });
}

function judgeOf(name: RequestMetricName, limit: Limit | undefined): Judge {
  const metric: RequestMetric = METRICS[name];
  const { min = -Infinity, max = Infinity } = typeof limit === 'object' ? limit : { max: limit };
  return { name, of: metric.of, min, max, known: 0, missed: 0 };
}

/** Of several values, such as the gaps of an answer, all. */
function isWithin(value: number | readonly number[], { min, max }: Judge): boolean {
  return typeof value === 'number'
    ? value >= min && value <= max
    : value.every((each) => each >= min && each <= max);
}
