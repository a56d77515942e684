import { isArrival, type TurnRecord } from '../record/record.ts';
import type { Slo } from '../scenario/thresholds.ts';
import { Conversations, type ConversationsSummary } from './conversations.ts';
import { Counts, type CountsSummary } from './counts.ts';
import { Delivery, type DeliverySummary } from './delivery.ts';
import { type DistributionSet, Distributions } from './distributions.ts';
import { Goodput, type GoodputSummary } from './goodput.ts';
import { isOfRequests, type MetricName, type RequestMetricName } from './metrics.ts';
import type { Distribution } from './quantile.ts';
import { Arrivals } from './time/arrivals.ts';
import { Concurrency, type ConcurrencySummary } from './time/concurrency.ts';
import { BURST_METRICS } from './time/start-up.ts';
import { type Interval, type RateWindow, totalMs } from './time/timeline.ts';
import { type CacheTotals, Tokens } from './tokens.ts';

/** Per second; absent where the time is 0. */
export interface Rates {
  /**
   * Requests that fell due, over the time in which they did: from the first to the last (which is not counted, as
   * nothing follows it) where conversations came by themselves until none was left; else until the drain.
   */
  readonly offeredPerSec?: number;
  /** Conversations whose first turn fell due, over the time in which they came; likewise. */
  readonly conversationsPerSec?: number;
  /** Completed requests over the measured time, drain included. */
  readonly achievedPerSec?: number;
  /** Tokens of completed requests over the measured time; those of failed and cancelled ones do not count. */
  readonly inputTokensPerSec?: number;
  readonly outputTokensPerSec?: number;
}

export interface SummaryTotals {
  readonly counts: CountsSummary;
  readonly rates: Rates;
  /** Absent without an `slo`. */
  readonly goodput?: GoodputSummary;
  readonly cache: CacheTotals;
  /** Absent: no answer's chunks came several in one read. */
  readonly delivery?: DeliverySummary;
  readonly concurrency: ConcurrencySummary;
  readonly conversations: ConversationsSummary;
  /** Coefficient of variation of the gaps between the first turns of conversations. */
  readonly arrivalGapCv?: number;
  /** Some answers held reasoning, so that TTFO differs from TTFT. */
  readonly hasReasoning: boolean;
  readonly distributions: DistributionSet;
  /** Absent: nothing was left out of the distributions. */
  readonly startUp?: StartUpSummary;
}

/** What the distributions of latencies leave out: the burst with which a closed loop begins. */
export interface StartUpSummary {
  readonly requests: number;
  /** Of all requests, those of the burst too. */
  readonly whole: DistributionSet;
}

/** Of all requests: as other tools' files have it, which list each of them. */
export function wholeRunOf({
  distributions,
  startUp,
}: Pick<SummaryTotals, 'distributions' | 'startUp'>): DistributionSet {
  return { ...distributions, ...startUp?.whole };
}

/** What was measured of a metric; undefined if it has no value. */
export function measuredOf(
  { distributions, conversations }: Pick<SummaryTotals, 'distributions' | 'conversations'>,
  name: MetricName,
): Distribution | undefined {
  return isOfRequests(name) ? distributions[name] : conversations[name];
}

/** Disjoint intervals of the timeline that all parts share: see `PlacedPart`. */
export interface MeasuredTime {
  readonly measured: readonly Interval[];
  readonly arriving: readonly RateWindow[];
  readonly fallingDue: readonly RateWindow[];
}

/**
 * The statistics of the measured requests; of those of the warm-up only their number. However the
 * records are split over summaries that are then merged, the result is the same to the last bit; but for
 * how certain it is, which is a matter of the order in which records came: that of time.
 */
export class Summary {
  readonly #counts = new Counts();
  readonly #distributions = new Distributions();
  /** Of the burst with which a closed loop begins, what is left out of the others. */
  readonly #startUp = new Distributions(BURST_METRICS);
  #startUpRequests = 0;
  readonly #tokens = new Tokens();
  readonly #delivery = new Delivery();
  readonly #conversations = new Conversations();
  readonly #concurrency = new Concurrency();
  readonly #sentDue = new Arrivals();
  readonly #unsentDue = new Arrivals();
  readonly #firstTurns = new Arrivals();
  readonly #goodput: Goodput | undefined;
  #hasReasoning = false;

  constructor(slo?: Slo) {
    this.#goodput = slo && new Goodput(slo);
  }

  /** `offsetMs` puts the record's times on the timeline; `isStartUp`: its latencies are kept apart. */
  add(record: TurnRecord, offsetMs = 0, isStartUp = false): void {
    this.#counts.add(record);
    if (record.phase === 'warmup') return;
    this.#distributions.add(record, isStartUp ? IS_OF_BURST : undefined);
    if (isStartUp) {
      this.#startUp.add(record);
      this.#startUpRequests++;
    }
    this.#goodput?.add(record);
    this.#tokens.add(record);
    this.#delivery.add(record);
    this.#conversations.add(record);
    this.#hasReasoning ||= hasReasoning(record);
    const dueMs = plus(record.intendedMs, offsetMs);
    (record.status === 'unsent' ? this.#unsentDue : this.#sentDue).add(dueMs);
    if (isArrival(record)) this.#firstTurns.add(dueMs);
    this.#concurrency.add(plus(record.sentMs, offsetMs), plus(record.endMs, offsetMs));
  }

  /** A request of the warm-up that was in flight when measuring had begun: it was beside those that are measured. */
  addBeside(startMs: number, endMs: number): void {
    this.#concurrency.add(startMs, endMs);
  }

  merge(other: Summary): void {
    this.#counts.merge(other.#counts);
    this.#distributions.merge(other.#distributions);
    this.#startUp.merge(other.#startUp);
    this.#startUpRequests += other.#startUpRequests;
    if (other.#goodput) this.#goodput?.merge(other.#goodput);
    this.#tokens.merge(other.#tokens);
    this.#delivery.merge(other.#delivery);
    this.#conversations.merge(other.#conversations);
    this.#hasReasoning ||= other.#hasReasoning;
    this.#sentDue.merge(other.#sentDue);
    this.#unsentDue.merge(other.#unsentDue);
    this.#firstTurns.merge(other.#firstTurns);
    this.#concurrency.merge(other.#concurrency);
  }

  close({ measured, arriving, fallingDue }: MeasuredTime): SummaryTotals {
    const counts = this.#counts.close(this.#conversations.playedAgain);
    const { inputTokens, outputTokens, cache } = this.#tokens.close();
    const measuredMs = totalMs(measured);
    // What fell due in the very instant of the end was offered if the end did not keep it from being sent.
    const offeredPerSec = this.#sentDue.ratePerSec(fallingDue, this.#unsentDue);
    const conversationsPerSec = this.#firstTurns.ratePerSec(arriving);
    const goodput = this.#goodput?.close(measuredMs);
    const delivery = this.#delivery.close();
    const arrivalGapCv = this.#firstTurns.gapCv(measured);
    return {
      counts,
      rates: {
        ...(offeredPerSec !== undefined && { offeredPerSec }),
        ...(conversationsPerSec !== undefined && { conversationsPerSec }),
        ...rate('achievedPerSec', counts.completed, measuredMs),
        ...rate('inputTokensPerSec', inputTokens, measuredMs),
        ...rate('outputTokensPerSec', outputTokens, measuredMs),
      },
      ...(goodput && { goodput }),
      cache,
      ...(delivery && { delivery }),
      concurrency: this.#concurrency.close(measuredMs),
      conversations: this.#conversations.close(),
      ...(arrivalGapCv !== undefined && { arrivalGapCv }),
      hasReasoning: this.#hasReasoning,
      ...(this.#startUpRequests > 0 && { startUp: this.#closeStartUp() }),
      distributions: this.#distributions.close(),
    };
  }

  #closeStartUp(): StartUpSummary {
    const whole = new Distributions(BURST_METRICS);
    // In the order of time, by which it is told how certain they are.
    whole.merge(this.#startUp);
    whole.merge(this.#distributions);
    return { requests: this.#startUpRequests, whole: whole.close() };
  }
}

const IS_OF_BURST: ReadonlySet<RequestMetricName> = new Set(BURST_METRICS);

function hasReasoning({ status, reasoningTokens, firstTokenMs, firstOutputMs }: TurnRecord) {
  return status === 'ok' && ((reasoningTokens ?? 0) > 0 || firstTokenMs !== firstOutputMs);
}

function plus(ms: number | undefined, offsetMs: number): number | undefined {
  return ms === undefined ? undefined : ms + offsetMs;
}

function rate(name: keyof Rates, count: number | undefined, timeMs: number): Rates {
  return timeMs > 0 && count !== undefined ? { [name]: (count * 1000) / timeMs } : {};
}
