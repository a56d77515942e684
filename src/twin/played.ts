import { VirtualClock } from '../base/clock.ts';
import type { SimulatedEngine } from '../engine/embedded.ts';
import { refuseEndless } from '../play/endless.ts';
import { engineOptions, simulatedTransport } from '../play/target.ts';
import { rounded } from '../record/journal.ts';
import type { TurnRecord } from '../record/record.ts';
import { turnKey } from '../record/turn-key.ts';
import { NOT_ENDED, type RunEnd, startRun } from '../run/run.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Drawn } from './draws.ts';
import type { Replay, ReplayPart } from './replay.ts';

/** Of a planned request: in which part of the run, and which. */
export type RequestKey = string;

export function requestKey(part: number, record: TurnRecord): RequestKey {
  return `${part} ${turnKey(record)}`;
}

/** What came of a run that was played again, as a journal would hold it. */
export interface PlayedTwin {
  readonly records: ReadonlyMap<RequestKey, TurnRecord>;
  /** How its parts ended, in their order. */
  readonly ends: readonly RunEnd[];
  /** Time that was measured, drains included, all parts together. */
  readonly measuredMs: number;
}

/**
 * Plays a run again in virtual time, part after part, against the engine that `standingIn` makes of each scenario.
 * Nothing is written.
 * @param constants in place of the profile's
 */
export async function playedTwin(
  { parts }: Pick<Replay, 'parts'>,
  standingIn: (scenario: Scenario) => Scenario,
  constants: Drawn = {},
): Promise<PlayedTwin> {
  const [{ simulatedEngine }, { profileOf }] = await Promise.all([
    import('../engine/embedded.ts'),
    import('../engine/cost/profile-of.ts'),
  ]);
  const clock = new VirtualClock();
  const records = new Map<RequestKey, TurnRecord>();
  const ends: RunEnd[] = [];
  let simulated: SimulatedEngine | undefined;
  for (const part of parts) {
    const scenario = standingIn(part.scenario);
    if (!simulated || part.hasFreshEngine) {
      const options = engineOptions(scenario);
      simulated = await simulatedEngine(clock, options, { ...profileOf(options), ...constants });
    }
    clock.run(clock.now() + part.idleMs);
    const end = await playedPart(clock, simulated, { ...part, scenario }, (record) =>
      records.set(requestKey(part.number, record), rounded(record)),
    );
    ends.push(end);
  }
  const spans = ends.map(({ measureStartMs, measureEndMs }) => measureEndMs - measureStartMs);
  return { records, ends, measuredMs: spans.reduce((sum, ms) => sum + ms, 0) };
}

async function playedPart(
  clock: VirtualClock,
  simulated: SimulatedEngine,
  { scenario, workload, before }: ReplayPart,
  record: (record: TurnRecord) => void,
): Promise<RunEnd> {
  refuseEndless(scenario, workload);
  const ends: RunEnd[] = [];
  const transport = await simulatedTransport(simulated, scenario);
  startRun({
    ...{ scenario, clock, workload, transport, record },
    ...(before && { before }),
    onDone: (end) => ends.push(end),
  });
  await clock.runInSlices();
  const [end] = ends;
  if (!end) throw new Error(NOT_ENDED);
  return end;
}
