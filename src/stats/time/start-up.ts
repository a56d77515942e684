import type { TurnRecord } from '../../record/record.ts';
import { METRICS, REQUEST_METRICS, type RequestMetricName } from '../metrics.ts';
import type { PlacedPart } from './timeline.ts';

/** Metrics that a burst of first turns changes: times that the engine takes. */
export const BURST_METRICS: readonly RequestMetricName[] = REQUEST_METRICS.filter(
  (name) => METRICS[name].unit === 'ms' && METRICS[name].group !== 'client',
);

/** Requests that belong to the burst with which a closed loop begins. */
export interface StartUp {
  has(record: TurnRecord): boolean;
}

/**
 * The burst of one part: measured turns that fell due before as many requests had ended as conversations
 * began at once. undefined where fewer than twice as many conversations were begun, which are the run
 * themselves; and of one conversation at a time, which is no burst.
 *
 * @param placed with its records in the order of their ends
 * @param slots conversations that this part may have at a time
 */
export function startUpOf({ part }: PlacedPart, slots: number): StartUp | undefined {
  if (slots < 2) return undefined;
  const begun = new Set<number>();
  let left = slots;
  let overMs: number | undefined;
  for (const { phase, userId, sentMs, endMs } of part.records) {
    if (phase !== 'measure' || sentMs === undefined) continue;
    begun.add(userId);
    if (endMs !== undefined && left > 0 && --left === 0) overMs = endMs;
    if (overMs !== undefined && begun.size >= 2 * slots) break;
  }
  if (overMs === undefined || begun.size < 2 * slots) return undefined;
  const untilMs = overMs;
  return {
    has: ({ phase, intendedMs }) =>
      phase === 'measure' && intendedMs !== undefined && intendedMs < untilMs,
  };
}
