import { UsageError } from '../base/errors.ts';
import { type RunReferences, runReferences } from '../ledger/run-references.ts';
import { capacityOf } from '../plan/capacity.ts';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import { BlockNames } from './block-names.ts';
import { engineHas } from './engine-has.ts';
import { type ScenarioOptions, scenarioSource } from './from-scenario.ts';
import type { CurveRequest, CurveSource, RequestFold } from './request.ts';

/**
 * The requests of a run that were answered, from the counts in their records. Turns that repeat their history, and
 * agents, cannot be told from counts: such a run's scenario is enumerated in its place.
 * @throws UsageError for a run of which neither is known.
 */
export function runSource(name: string, run: Run, options: ScenarioOptions = {}): CurveSource {
  const { blockTokens, references, leftOut } = runReferences(run);
  const scenario = scenarioOf(run.parts[0]!);
  if (leftOut.cumulative + leftOut.agents > 0) {
    if (!scenario) throw new UsageError(`${name}: ${UNREADABLE}`);
    const planned = scenarioSource(name, scenario, options);
    return { ...planned, kind: 'run', how: [ENUMERATED, ...planned.how] };
  }
  const isEmbedded = scenario?.target.url === 'embedded';
  const capacity = isEmbedded ? capacityOf(scenario.engine) : undefined;
  return {
    kind: 'run',
    name,
    how: [HOW],
    blockTokens,
    ...(capacity && { bytesPerToken: capacity.bytesPerToken, engine: engineHas(capacity) }),
    play: async <F extends RequestFold>(begin: () => F) => {
      const fold = begin();
      for (const request of askedOf(references, options)) fold.add(request);
      return { fold, warnings: [...run.warnings, ...warningsOf(leftOut)] };
    },
  };
}

const HOW =
  'Requests are those that were answered, in the order of sending; their blocks follow from the counts of the records.';
const ENUMERATED =
  'Its turns repeat their history, or are of agents: records do not tell their blocks. The scenario in the journal was played again, with answers as long as it says.';
const UNREADABLE =
  'found turns whose blocks records do not tell, and a scenario that this version cannot read; expected one that it can';

function* askedOf(
  references: RunReferences['references'],
  { areAnswersChanged = false }: ScenarioOptions,
): Iterable<CurveRequest> {
  const names = new BlockNames();
  const caches = new Map<unknown, number>();
  for (const reference of references) {
    const { record, cacheKey, sentMs } = reference;
    if (!caches.has(cacheKey)) caches.set(cacheKey, caches.size);
    const chain = names.ofNumbers(reference.names, caches.get(cacheKey)!);
    yield {
      chain: areAnswersChanged
        ? names.withOthers(chain.slice(0, reference.promptBlocks), chain.length)
        : chain,
      inputTokens: reference.inputTokens,
      promptBlocks: reference.promptBlocks,
      atMs: sentMs,
      isMeasured: record.phase === 'measure',
      session: String(record.userId),
      tenant: record.tenant,
      turn: record.turn,
    };
  }
}

function warningsOf({ uncounted }: RunReferences['leftOut']): string[] {
  if (uncounted === 0) return [];
  return [
    `The engine did not count the tokens of ${uncounted} answered requests: they are left out, and so is what others found of theirs.`,
  ];
}
