import { advertisedIn } from '../capacity/advertised.ts';
import { FURTHER_NAMES } from '../engine/cost/further.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { withServerSettings } from '../engine/cost/server-settings.ts';
import type { Run } from '../record/run-folder.ts';
import { blockTokensIn, hasOwnEngine } from '../report/engine-cache.ts';
import { scenarioOf } from '../report/identity.ts';
import { engineSchema } from '../scenario/engine.ts';
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

/** What the profile says itself, whatever the scenario said of an engine. */
const OF_PROFILE = [
  'gpu',
  'modelConfig',
  'fixed',
] as const satisfies readonly (keyof Scenario['engine'])[];

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

/** What journals of earlier versions have where nothing was said. */
const FORMER_DEFAULTS = { apiMs: 14 };

/** A run against a server says what it would have been without one: only what differs from that was meant. */
function ownSettings({ engine }: Scenario): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...FORMER_DEFAULTS, ...engineSchema.parse({}) };
  const own = Object.entries(engine).filter(
    ([name, value]) =>
      !(OF_PROFILE as readonly string[]).includes(name) &&
      JSON.stringify(value) !== JSON.stringify(plain[name]),
  );
  return Object.fromEntries(own);
}

/** Those intervals that are of constants of a profile, and not set in the engine: what is set is known. */
export function drawable(intervals: Intervals, { engine }: Scenario): Intervals {
  const constants = new Set([...Object.keys(profileOf(engine)), ...FURTHER_NAMES]);
  const set = engine as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(intervals).filter(([name]) => constants.has(name) && set[name] === undefined),
  );
}

/** What the server's page of metrics says of its own size. */
export interface Told {
  readonly engine: Readonly<Record<string, unknown>>;
  /** The same in words, one an item. */
  readonly says: readonly string[];
}

const GB_PER_GIB = 2 ** 30 / 1e9;

/** Nothing of an engine in this process: its scenario says it. */
export function toldOf(run: Run): Told {
  const first = run.parts[0]!;
  if (hasOwnEngine(first)) return { engine: {}, says: [] };
  const blockTokens = blockTokensIn(run.parts, scenarioOf(first));
  const advertised = advertisedIn(run, blockTokens);
  if (!advertised) return { engine: {}, says: [] };
  const { blocks, offloadGiB } = advertised;
  return {
    engine: {
      // One block is never used.
      blocks: blocks + 1,
      blockTokens,
      ...(offloadGiB && {
        offload: { preset: 'vllm', cpu: { capacityGB: offloadGiB * GB_PER_GIB } },
      }),
    },
    says: [
      `${blocks + 1} blocks of ${blockTokens} tokens`,
      ...(offloadGiB ? [`${offloadGiB} GiB of host memory below them`] : []),
    ],
  };
}
