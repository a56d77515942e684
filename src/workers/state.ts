import type { RunState, StoppedBy } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';

interface Known {
  readonly scenario: Scenario;
  readonly isDone: boolean;
  /** When the run's own load began; undefined: its warm-up is not over. */
  readonly loadStartMs: number | undefined;
  readonly stoppedBy: StoppedBy | undefined;
  readonly nowMs: number;
}

/** How far a run is whose workers have last said so; undefined: one that plays no more, or has said nothing. */
export function stateOf(
  told: readonly (RunState | undefined)[],
  { scenario, isDone, loadStartMs, stoppedBy, nowMs }: Known,
): RunState {
  const states = told.flatMap((state) => state ?? []);
  const sum = (field: 'activeUsers' | 'waitingUsers' | 'inFlight') =>
    states.reduce((all, state) => all + state[field], 0);
  const measureMs =
    loadStartMs === undefined ? undefined : loadStartMs + (scenario.warmup.durationSec ?? 0) * 1000;
  const measureStartMs = measureMs !== undefined && nowMs >= measureMs ? measureMs : undefined;
  return {
    phase: phase(),
    activeUsers: sum('activeUsers'),
    waitingUsers: sum('waitingUsers'),
    inFlight: sum('inFlight'),
    measureStartMs,
  };

  function phase(): RunState['phase'] {
    if (isDone) return 'done';
    const isDraining = states.length > 0 && states.every((state) => state.phase === 'draining');
    if (stoppedBy !== undefined || isDraining) return 'draining';
    if (loadStartMs === undefined) return 'warmingUp';
    return measureStartMs === undefined ? 'handingOver' : 'measuring';
  }
}
