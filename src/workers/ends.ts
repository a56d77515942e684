import type { DelaySeries } from '../base/delay-series.ts';
import type { GeneratorHealth, LateWindow } from '../record/record.ts';
import { worstHealth } from '../record/worst-health.ts';
import type { RunEnd, StoppedBy } from '../run/run.ts';
import type { WorkerEnd } from './messages.ts';

type End = WorkerEnd['end'];

/**
 * How a run ended that several workers have played. It lasted until the last of them was done; of the client each
 * number is the worst that one of them had, and the CPU is that of all.
 *
 * @param told why all were stopped, if one of them, or somebody, has said so
 */
export function mergedEnd(ends: readonly End[], told: StoppedBy | undefined, nowMs: number): End {
  const max = (field: 'measureStartMs' | 'drainStartMs' | 'measureEndMs') =>
    ends.length ? Math.max(...ends.map((end) => end[field])) : nowMs;
  const healths = ends.flatMap(({ health }) => health ?? []);
  const late = joined(ends.flatMap(({ lateWindows = [] }) => lateWindows));
  const delays = worstDelays(ends.flatMap(({ loopDelays }) => loopDelays ?? []));
  const arrivalsEndMs = lastArrival(ends);
  return {
    stoppedBy: told ?? ownReason(ends),
    measureStartMs: max('measureStartMs'),
    drainStartMs: max('drainStartMs'),
    measureEndMs: max('measureEndMs'),
    ...(arrivalsEndMs !== undefined && { arrivalsEndMs }),
    health: healths.length ? healthOf(healths) : undefined,
    ...(late.length && { lateWindows: late }),
    ...(delays && { loopDelays: delays }),
  };
}

/** Those whose share was over had no users left, when the others stopped. */
function ownReason(ends: readonly RunEnd[]): StoppedBy {
  return ends.find(({ stoppedBy }) => stoppedBy !== 'users')?.stoppedBy ?? 'users';
}

/** Unknown where somebody was still to come to one of them; one without a share had none to come. */
function lastArrival(ends: readonly RunEnd[]): number | undefined {
  const known = ends.flatMap(({ arrivalsEndMs, stoppedBy }) =>
    arrivalsEndMs === undefined && stoppedBy === 'users' ? [] : [arrivalsEndMs ?? Infinity],
  );
  const last = Math.max(...known);
  return Number.isFinite(last) ? last : undefined;
}

/** Their processes share the machine, not a core. */
function healthOf(healths: readonly GeneratorHealth[]): GeneratorHealth {
  const cpuShare = healths.reduce((sum, health) => sum + health.cpuShare, 0);
  return { ...worstHealth(healths), cpuShare };
}

/** Windows of the same cause that overlap are one. */
function joined(windows: readonly LateWindow[]): LateWindow[] {
  const whole: LateWindow[] = [];
  for (const window of windows.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const at = whole.findLastIndex(({ cause }) => cause === window.cause);
    const last = whole[at];
    if (last && window.fromMs <= last.toMs) {
      whole[at] = { ...last, toMs: Math.max(last.toMs, window.toMs) };
    } else whole.push(window);
  }
  return whole;
}

/** Stretch by stretch the greatest, in stretches as long as the longest. */
function worstDelays(series: readonly DelaySeries[]): DelaySeries | undefined {
  const [first] = series;
  if (!first) return undefined;
  const fromMs = Math.min(...series.map((one) => one.fromMs));
  const everyMs = Math.max(...series.map((one) => one.everyMs));
  const maxMs: number[] = [];
  for (const one of series) {
    for (const [index, ms] of one.maxMs.entries()) {
      const place = Math.floor((one.fromMs - fromMs + index * one.everyMs) / everyMs);
      while (maxMs.length <= place) maxMs.push(0);
      maxMs[place] = Math.max(maxMs[place]!, ms);
    }
  }
  return { fromMs, everyMs, maxMs };
}
