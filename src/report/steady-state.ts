import { isShareOf } from '../population/partition.ts';
import { type ClosedProcess, processOf } from '../population/processes.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type StartUp, startUpOf } from '../stats/time/start-up.ts';
import { type SteadySummary, steadySummary } from '../stats/time/steady.ts';
import { fullWindow, settledWindow } from '../stats/time/steady-window.ts';
import type { Interval, PlacedPart, RateWindow } from '../stats/time/timeline.ts';
import { partitionOf } from './partitions.ts';

interface Windows {
  /** Disjoint. */
  readonly offering: readonly Interval[];
  readonly arriving: readonly RateWindow[];
}

/** The part of a run that says what it would go on to say, or why there is none. */
export function steadyStateOf(
  placed: readonly PlacedPart[],
  scenario: Scenario | undefined,
  { offering, arriving }: Windows,
): { readonly steadyState?: SteadySummary; readonly noSteadyState?: string } {
  const [one, ...more] = offering;
  if (!scenario) return { noSteadyState: 'another version of confab wrote the scenario' };
  if (more.length > 0) return { noSteadyState: 'the run was resumed' };
  const process = processOf(scenario.population.arrivals);
  const found =
    process.loop === 'closed'
      ? fullWindow(placed, {
          cap: capOf(placed, process),
          offering: one!,
          isHandedOver: scenario.warmup.durationSec !== undefined,
        })
      : settledWindow(placed, arriving[0]!);
  return typeof found === 'string'
    ? { noSteadyState: found }
    : { steadyState: steadySummary(placed, found, one!.startMs, scenario.slo) };
}

/** The burst that each part of a closed loop began with, unless it is to be measured or a warm-up took its place. */
export function startUpsOf(
  placed: readonly PlacedPart[],
  scenario: Scenario | undefined,
): ReadonlyMap<RunPart, StartUp> {
  const startUps = new Map<RunPart, StartUp>();
  if (!scenario) return startUps;
  const process = processOf(scenario.population.arrivals);
  const { durationSec, firstTurns } = scenario.warmup;
  if (process.loop === 'open' || !process.hasStartUp) return startUps;
  if (durationSec !== undefined || firstTurns) return startUps;
  for (const one of placed) {
    const startUp = startUpOf(one, capOf([one], process));
    if (startUp) startUps.set(one.part, startUp);
  }
  return startUps;
}

/** Conversations that the partitions that are here may have at a time. */
function capOf(placed: readonly PlacedPart[], { slots }: ClosedProcess): number {
  const shares = placed.map(({ part }) => partitionOf(part));
  const all = Array.from({ length: slots }, (_, slot) => slot);
  return all.filter((slot) => shares.some((share) => isShareOf(share, slot))).length;
}
