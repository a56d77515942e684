import { UsageError } from '../base/errors.ts';
import type { AnalysedRequest } from './request.ts';

/** What can be limited, by AIBrix's names. */
const TARGETS = {
  e2e: 'latencySec',
  ttft: 'ttftSec',
  tpot: 'tpotSec',
} as const satisfies Record<string, keyof AnalysedRequest>;

export type TargetName = keyof typeof TARGETS;

export interface GoodputTarget {
  readonly metric: TargetName;
  readonly maxSec: number;
}

export interface Goodput {
  readonly targets: readonly TargetGoodput[];
  /** Completed requests that met every target, and all that completed or failed. */
  readonly good: number;
  readonly judged: number;
  /** good / judged, 0 to 1; absent if none was judged, or no answer has a value of what a target limits. */
  readonly share?: number;
  /** Good requests over the time from the first start to the last end; absent as the share is. */
  readonly perSec?: number;
}

/** Of one target by itself. */
export interface TargetGoodput extends GoodputTarget {
  readonly good: number;
  readonly share?: number;
}

/**
 * `e2e:5`, `ttft:0.5` or `tpot:0.05`, in seconds; several with commas between.
 * @throws UsageError for anything else, and for a metric that has a target already.
 */
export function goodputTargets(texts: readonly string[]): GoodputTarget[] {
  const targets = texts.flatMap((text) => text.split(',')).map(targetOf);
  for (const [index, { metric }] of targets.entries()) {
    const isFirst = targets.findIndex((other) => other.metric === metric) === index;
    if (!isFirst) throw new UsageError(`--goodput-target: ${metric} is given twice; expected once`);
  }
  return targets;
}

function targetOf(text: string): GoodputTarget {
  const [, metric, sec] = /^\s*(e2e|ttft|tpot):(\d+(?:\.\d+)?|\.\d+)\s*$/.exec(text) ?? [];
  if (metric === undefined) {
    const names = Object.keys(TARGETS).join(', ');
    throw new UsageError(
      `--goodput-target: found '${text}'; expected METRIC:SECONDS, as ttft:0.5, where METRIC is one of ${names}`,
    );
  }
  return { metric: metric as TargetName, maxSec: Number(sec) };
}

/** A failed request is never good, however fast it failed. An answer of one token has no TPOT to be too long. */
export function goodputOf(
  requests: readonly AnalysedRequest[],
  targets: readonly GoodputTarget[],
  durationSec: number | undefined,
): Goodput {
  const completed = requests.filter(({ status }) => status === 'success');
  const judged = completed.length + requests.filter(({ status }) => status === 'error').length;
  const each = targets.map((target) => {
    const good = completed.filter((request) => meets(request, target)).length;
    const isKnown = isTold(completed, target);
    return { ...target, good, ...(judged > 0 && isKnown && { share: good / judged }) };
  });
  const good = completed.filter((request) => targets.every((one) => meets(request, one))).length;
  if (judged === 0 || !targets.every((target) => isTold(completed, target))) {
    return { targets: each, good, judged };
  }
  return {
    ...{ targets: each, good, judged },
    share: good / judged,
    ...(durationSec && { perSec: good / durationSec }),
  };
}

function meets(request: AnalysedRequest, { metric, maxSec }: GoodputTarget): boolean {
  const sec = request[TARGETS[metric]];
  return sec === undefined || sec <= maxSec;
}

/** Where no answer has a value, as TTFT of answers that came whole, good and bad ones cannot be told apart. */
function isTold(completed: readonly AnalysedRequest[], { metric }: GoodputTarget): boolean {
  return (
    completed.length === 0 || completed.some((request) => request[TARGETS[metric]] !== undefined)
  );
}
