import { ownSettings, type Told } from '../calibrate/run-engine.ts';
import { FURTHER_NAMES } from '../engine/cost/further.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { withServerSettings } from '../engine/cost/server-settings.ts';
import { parseScenario } from '../scenario/load.ts';
import { withOverrides } from '../scenario/overrides.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Intervals } from './draws.ts';

/** What stands for the engine of a run. */
export interface StandIn {
  /** A shipped profile or a profile file: `engine.gpu`. */
  readonly gpu: string;
  /** What else is known of it, `engine.path=value`. */
  readonly settings: readonly string[];
}

/**
 * The scenario against the engine that stands for the run's: it is what the profile file says, but for what the
 * server's page told of itself, for what the scenario says of its engine beyond its defaults, and for the settings; the
 * last of these wins.
 * @throws UsageError for settings that no engine has
 */
export function standingIn(scenario: Scenario, { gpu, settings }: StandIn, told: Told): Scenario {
  const engine = { ...told.engine, ...ownSettings(scenario), gpu };
  const { target } = scenario;
  return parseScenario(
    withOverrides(
      {
        ...scenario,
        engine,
        target: { ...target, url: 'embedded' },
        output: { keepChunkGaps: false },
      },
      [...settings, withServerSettings],
    ),
    'the engine of the twin',
  );
}

/** Those intervals that are of constants of a profile, and not set in the engine: what is set is known. */
export function drawable(intervals: Intervals, { engine }: Scenario): Intervals {
  const constants = new Set([...Object.keys(profileOf(engine)), ...FURTHER_NAMES]);
  const set = engine as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(intervals).filter(([name]) => constants.has(name) && set[name] === undefined),
  );
}
