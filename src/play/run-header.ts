import type { Clock } from '../base/clock.ts';
import { thisHost } from '../base/host.ts';
import { version } from '../base/version.ts';
import type { CommonStart, EarlierRun, RunHeader } from '../record/record.ts';
import { type IsolatedBy, markOfPart } from '../run/isolation.ts';
import type { Scenario } from '../scenario/schema.ts';
import { withoutSecrets } from '../scenario/secrets.ts';
import type { Workload } from '../workload/conversation.ts';

interface Headed {
  readonly scenario: Scenario;
  readonly clock: Pick<Clock, 'name' | 'originEpochMs'>;
  readonly workload: Pick<Workload, 'digest' | 'notes'>;
  readonly target: { readonly model: string; readonly description: string };
  readonly part: number;
  readonly isolatedBy?: IsolatedBy | undefined;
  readonly earlierRun?: EarlierRun | undefined;
  /** How it is played, one line each. */
  readonly notes?: readonly string[];
  /** Without secrets. */
  readonly commandLine?: string | undefined;
  readonly start?: CommonStart | undefined;
}

/**
 * The first line of a run's journal. In virtual time a journal is a function of the scenario and of this
 * version: the same bytes on any machine, in any folder, under any Node.
 */
export function runHeader({
  scenario,
  clock,
  workload,
  target,
  part,
  isolatedBy,
  earlierRun,
  commandLine,
  start,
  notes = [],
}: Headed): RunHeader {
  const isVirtual = clock.name === 'virtual';
  const { model } = target;
  return {
    format: 'confab-journal',
    version: 1,
    confab: version(),
    ...(!isVirtual && {
      node: process.version,
      ...(commandLine !== undefined && { commandLine }),
      host: thisHost(),
    }),
    clock: clock.name,
    originEpochMs: clock.originEpochMs,
    scenario: withoutSecrets(
      isVirtual
        ? placeless(scenario, model)
        : { ...scenario, target: { ...scenario.target, model } },
    ),
    workloadDigest: workload.digest,
    notes: [
      `target: ${target.description}`,
      ...partitionNotes(scenario, isVirtual),
      ...notes,
      ...workload.notes,
    ],
    part,
    ...isolationFields(part, isolatedBy),
    ...(earlierRun && { earlierRun }),
    ...(start && { start }),
  };
}

/** A part's own mark is its number. */
function isolationFields(
  part: number,
  by: IsolatedBy | undefined,
): Pick<RunHeader, 'isolation' | 'isolationMark'> {
  if (!by || by.how === 'none') return {};
  const isOfPart = by.mark === markOfPart(part);
  return { isolation: by.how, ...(!isOfPart && { isolationMark: by.mark }) };
}

/** Names what was measured, and not what it would have been played against; nor where results are written. */
function placeless(scenario: Scenario, model: string) {
  const { exports: _exports, certify: _certify, live: _live, ...output } = scenario.output;
  return {
    ...scenario,
    target: { ...scenario.target, model, url: 'embedded' },
    output: { ...output, dir: 'runs' },
  };
}

/** Partitions share the engine that a URL names, and no other: said, as latencies and hits are those of a share. */
function partitionNotes({ population, engine, target }: Scenario, isVirtual: boolean): string[] {
  const { of } = population.partition ?? { of: 1 };
  const hasOwnEngine = isVirtual ? !engine.fixed : target.url === 'embedded';
  if (of === 1 || !hasOwnEngine) return [];
  return [`each of the ${of} partitions has an embedded engine of its own`];
}
