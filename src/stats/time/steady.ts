import type { TurnRecord } from '../../record/record.ts';
import { isFailure } from '../../record/record.ts';
import type { Slo } from '../../scenario/thresholds.ts';
import { type DistributionSet, Distributions } from '../distributions.ts';
import { Goodput, type GoodputSummary } from '../goodput.ts';
import type { RequestMetricName } from '../metrics.ts';
import { ROUNDING_MS } from './arrivals.ts';
import { eachInTime } from './in-time.ts';
import type { SteadyRule, SteadyWindow } from './steady-window.ts';
import type { PlacedPart } from './timeline.ts';

/** What the steady state has distributions of. */
export const STEADY_METRICS = [
  'ttftMs',
  'ttftFromIntendedMs',
  'tpotMs',
  'latencyMs',
  'latencyFromIntendedMs',
] as const satisfies readonly RequestMetricName[];

/** The part of a run without its start-up and its end. */
export interface SteadySummary {
  readonly rule: SteadyRule;
  /** Since measuring began. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the requests that fell due in it, after its first instant. */
  readonly completed: number;
  readonly failed: number;
  /** Of the requests that were completed in it, whenever they had been due. */
  readonly achievedPerSec: number;
  readonly inputTokensPerSec: number;
  readonly outputTokensPerSec: number;
  /** Absent without an `slo`; `perSec` is of the good requests that fell due in it. */
  readonly goodput?: GoodputSummary;
  /** Of the completed requests that fell due in it. */
  readonly distributions: Pick<DistributionSet, (typeof STEADY_METRICS)[number]>;
}

/** `originMs`: when measuring began, on the timeline. */
export function steadySummary(
  placed: readonly PlacedPart[],
  { rule, startMs, endMs }: SteadyWindow,
  originMs: number,
  slo: Slo | undefined,
): SteadySummary {
  const distributions = new Distributions(STEADY_METRICS);
  const goodput = slo && new Goodput(slo);
  const ended = { requests: 0, inputTokens: 0, outputTokens: 0 };
  let completed = 0;
  let failed = 0;
  const addEnded = ({ inputTokens = 0, outputTokens = 0 }: TurnRecord): void => {
    ended.requests++;
    ended.inputTokens += inputTokens;
    ended.outputTokens += outputTokens;
  };
  eachInTime(placed, (record, { offsetMs }) => {
    const { status, phase, intendedMs, endMs: recordEndMs } = record;
    if (intendedMs === undefined || recordEndMs === undefined) return;
    const isOk = status === 'ok';
    const overMs = recordEndMs + offsetMs;
    if (isOk && overMs > startMs && overMs <= endMs + ROUNDING_MS) addEnded(record);
    const dueMs = intendedMs + offsetMs;
    if (phase === 'warmup' || dueMs <= startMs + ROUNDING_MS || dueMs > endMs + ROUNDING_MS) return;
    if (isOk) completed++;
    else if (isFailure(status)) failed++;
    distributions.add(record);
    goodput?.add(record);
  });
  const perSec = (count: number) => (count * 1000) / (endMs - startMs);
  return {
    rule,
    fromMs: startMs - originMs,
    toMs: endMs - originMs,
    completed,
    failed,
    achievedPerSec: perSec(ended.requests),
    inputTokensPerSec: perSec(ended.inputTokens),
    outputTokensPerSec: perSec(ended.outputTokens),
    ...(goodput && { goodput: goodput.close(endMs - startMs) }),
    distributions: distributions.close(),
  };
}
