import { UsageError } from '../base/errors.ts';
import type { Told } from '../calibrate/run-engine.ts';
import { blocksOf } from '../engine/cost/kv-capacity.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { parseOverridden } from '../scenario/load.ts';
import { type Override, withOverrides } from '../scenario/overrides.ts';
import { at } from '../scenario/paths.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import { type Changed, changesOf } from './changes.ts';
import type { ReplayPart } from './replay.ts';
import { type StandIn, standingIn } from './twin-engine.ts';

export interface WhatIfScenario {
  /** As the run was, on the engine that stands for its own; without one, on none. */
  readonly base: Scenario;
  readonly changed: Scenario;
}

const GPU = ['engine', 'gpu'];

/** So much fits the memory of the GPU that the run had, and says nothing of another. */
const OF_GPU = ['blocks', 'kvGB'];

/**
 * The scenario of a run, with what is changed in it.
 * @param standIn absent: the changes say what the engine is
 * @throws UsageError where they do not, and for changes that no scenario can have
 */
export function whatIfScenario(
  { scenario }: Pick<ReplayPart, 'scenario'>,
  standIn: StandIn | undefined,
  { told, overrides }: { readonly told: Told; readonly overrides: readonly Override[] },
): WhatIfScenario {
  const gpu = at(GPU, withOverrides<unknown>({}, overrides)) as string | undefined;
  if (gpu === undefined && !standIn) {
    throw new UsageError(
      'found a run against a real engine; expected --twin engine.json, the profile of that engine as confab calibrate writes it, or --set engine.gpu=…, the engine that it is to be played on',
    );
  }
  const base = standingIn(scenario, standIn ?? { gpu: gpu!, settings: [] }, told);
  const isOther = standIn !== undefined && gpu !== undefined && gpu !== standIn.gpu;
  const engine = Object.entries(base.engine).filter(([name]) => !isOther || !OF_GPU.includes(name));
  const changed = parseOverridden(
    { ...base, name: `${base.name}-what-if`, engine: Object.fromEntries(engine) },
    overrides,
    'what if',
  );
  return { base, changed };
}

/** What is another in it, blocks of the GPU among it, whatever they follow from. */
export function whatIfChanges({ base, changed }: WhatIfScenario, hasTwin: boolean): Changed[] {
  const from = hasTwin ? withBlocks(base) : { ...base, engine: { ...base.engine, gpu: undefined } };
  return changesOf(from, hasTwin ? withBlocks(changed) : changed);
}

function withBlocks(scenario: Scenario): Scenario {
  const { engine } = scenario;
  return { ...scenario, engine: { ...engine, blocks: blocksOf(profileOf(engine), engine) } };
}

/** What the run said, answers as long as its own, unless something of that is changed. */
export function whatIfWorkload(
  { base, changed }: WhatIfScenario,
  { workload }: ReplayPart,
): Promise<Workload> | Workload {
  const isSame = (['conversation', 'seed', 'sampling', 'pacing', 'population'] as const).every(
    (name) => JSON.stringify(base[name]) === JSON.stringify(changed[name]),
  );
  return isSame ? workload : openWorkload(changed);
}
