import { isFailure, type TurnRecord } from '../record/record.ts';
import type { Slo } from '../scenario/thresholds.ts';
import { isGoodBy } from '../stats/goodput.ts';
import type { ComparedTotal } from './better.ts';
import type { ComparedRun } from './compared-run.ts';
import { type Estimate, ratioOf } from './estimate.ts';

type OfRecord = (record: TurnRecord) => number;

/** Two sums over requests, of which the number of a run is the quotient. */
interface Quotient {
  readonly above: OfRecord;
  /** Absent: seconds. */
  readonly below?: OfRecord;
  /** Each request is in it or not: so many of either must there be. */
  readonly isShareOfRequests?: true;
}

const isOk = ({ status }: TurnRecord) => status === 'ok';
const isJudged = ({ status }: TurnRecord) => status === 'ok' || isFailure(status);
const isTold = ({ status, cachedTokens, inputTokens }: TurnRecord) =>
  status === 'ok' && cachedTokens !== undefined && inputTokens !== undefined;
const isTier = ({ status, cachedTokens, externalCachedTokens }: TurnRecord) =>
  status === 'ok' && cachedTokens !== undefined && externalCachedTokens !== undefined;

/** As `stats` has them; undefined: not of this run. */
const QUOTIENTS: Record<ComparedTotal, (slo: Slo | undefined) => Quotient | undefined> = {
  'counts.errorRate': () => ({
    above: (record) => Number(isFailure(record.status)),
    below: (record) => Number(isJudged(record)),
    isShareOfRequests: true,
  }),
  'rates.achievedPerSec': () => ({ above: (record) => Number(isOk(record)) }),
  'rates.inputTokensPerSec': () => ({
    above: (record) => (isOk(record) ? (record.inputTokens ?? Number.NaN) : 0),
  }),
  'rates.outputTokensPerSec': () => ({
    above: (record) => (isOk(record) ? (record.outputTokens ?? Number.NaN) : 0),
  }),
  'goodput.share': (slo) => {
    const isGood = slo && isGoodBy(slo);
    return (
      isGood && {
        above: (record) => Number(isOk(record) && isGood(record)),
        below: (record) => Number(isJudged(record)),
        isShareOfRequests: true,
      }
    );
  },
  'goodput.perSec': (slo) => {
    const isGood = slo && isGoodBy(slo);
    return isGood && { above: (record) => Number(isOk(record) && isGood(record)) };
  },
  'concurrency.mean': () => ({
    above: ({ sentMs, endMs }) =>
      sentMs === undefined || endMs === undefined ? 0 : (endMs - sentMs) / 1000,
  }),
  'cache.share': () => ({
    above: (record) => (isTold(record) ? record.cachedTokens! : 0),
    below: (record) => (isTold(record) ? record.inputTokens! : 0),
  }),
  'cache.external.share': () => ({
    above: (record) => (isTier(record) ? record.externalCachedTokens! : 0),
    below: (record) => (isTier(record) ? record.cachedTokens! : 0),
  }),
};

/**
 * A number of a run as a quotient of sums over its requests. Of a rate, the time below is cut at the ends of
 * the requests: each has what passed since the one before it. undefined where it is unknown.
 */
export function totalOfRun(
  run: ComparedRun,
  name: ComparedTotal,
  slo: Slo | undefined,
): Estimate | undefined {
  const quotient = QUOTIENTS[name](slo);
  if (!quotient) return undefined;
  const { above, below, isShareOfRequests = false } = quotient;
  const denominators = below ? Float64Array.from(run.records, below) : secondsOf(run);
  const numerators = Float64Array.from(run.records, above);
  if (!denominators || numerators.some(Number.isNaN)) return undefined;
  const estimate = ratioOf(numerators, denominators, isShareOfRequests);
  return estimate && { ...estimate, isOfTime: below === undefined };
}

/** The measured time, shared out to the requests. */
function secondsOf({ endsMs, measured }: ComparedRun): Float64Array | undefined {
  if (!measured || !(measured.totalMs > 0)) return undefined;
  let last = measured.startMs;
  const seconds = endsMs.map((endMs) => {
    const passed = endMs > last ? endMs - last : 0;
    if (endMs > last) last = endMs;
    return passed / 1000;
  });
  const sum = seconds.reduce((sum, each) => sum + each, 0);
  // What passed after the last one; and between the parts of a run that was resumed.
  const factor = measured.totalMs / 1000 / sum;
  return sum > 0 ? seconds.map((each) => each * factor) : undefined;
}
