import { VirtualClock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { type SimulatedEngine, simulatedEngine } from '../../engine/embedded.ts';
import type { EngineRequest } from '../../engine/serving.ts';
import { engineOptions, samplingOf } from '../../play/target.ts';
import { processOf } from '../../population/processes.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { turnKey } from '../../record/turn-key.ts';
import { scenarioOf } from '../../report/identity.ts';
import { startRun } from '../../run/run.ts';
import { parseScenario } from '../../scenario/load.ts';
import { type Override, withOverrides } from '../../scenario/overrides.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { type LocalOptions, localTransport } from '../../transport/local.ts';
import type { ChatRequest } from '../../transport/transport.ts';
import { openWorkload } from '../../workload/load.ts';
import { ownSettings, toldOf } from '../run-engine.ts';
import { inPlaces, playedAgain, type SentRequest } from './again.ts';
import { type Observed, type Played, type Replay, timesOf } from './replay.ts';

/** Below so many requests of a run played as the run had them, it is another load. */
const ALIKE_MIN = 0.9;

/**
 * A run, to be played again as its scenario says: against what its server said of itself, then what the run's own
 * scenario said of an engine, then the settings; the last of these wins.
 * @throws UsageError for a run without completed requests, or of a scenario that cannot be played here
 */
export async function replayOfRun(
  dir: string,
  run: Run,
  settings: readonly Override[],
): Promise<Replay> {
  const [part] = run.parts;
  const own = part && scenarioOf(part);
  if (!own) throw new UsageError(`${dir}: its scenario is not one that this version plays`);
  const scenario = standIn(own, run, settings);
  const workload = await openWorkload(scenario);
  const records = part.records.filter(({ phase }) => phase === 'measure');
  const observed = records
    .flatMap((record) => observedOf(record))
    .sort((a, b) => a.startMs - b.startMs);
  if (observed.length === 0) {
    throw new UsageError(`${dir}: found no measured request that was completed; expected some`);
  }
  const notes: string[] = [];
  const { api, promptForm, stream } = scenario.target;
  const playedBy = async (
    { engine, prompts }: SimulatedEngine,
    clock: VirtualClock,
    onSubmit?: LocalOptions['onSubmit'],
  ): Promise<Played> => {
    const transport = localTransport(engine, {
      ...{ api, promptForm, prompts, sampling: samplingOf(scenario) },
      tokensPerDelta: stream ? 1 : Infinity,
      ...(onSubmit && { onSubmit }),
    });
    const played = new Map<string | number, Observed>();
    const record = (one: TurnRecord): void => {
      for (const seen of observedOf(one)) played.set(seen.key, seen);
    };
    startRun({ scenario, clock, workload, transport, record, onDone() {} });
    await clock.runInSlices();
    if (notes.length === 0) notes.push(...doubts(observed, played));
    return played;
  };
  let sent: SentRequest[] | undefined;
  return {
    name: dir,
    observed,
    notes,
    engine: scenario.engine,
    async play(profile) {
      const clock = new VirtualClock();
      return playedBy(await simulatedEngine(clock, engineOptions(scenario), profile), clock);
    },
    async playAgain(profile) {
      const clock = new VirtualClock();
      const simulated = await simulatedEngine(clock, engineOptions(scenario), profile);
      if (!sent) {
        const asked = new Map<string, EngineRequest>();
        const first = new VirtualClock();
        const own = await simulatedEngine(first, engineOptions(scenario), profile);
        await playedBy(own, first, (request, chat) => void asked.set(askerKey(chat), request));
        const all = sentOf(part.records, asked);
        const isClosed = processOf(scenario.population.arrivals).loop === 'closed';
        sent = isClosed ? inPlaces(all) : all;
      }
      return playedAgain(sent, simulated.engine, clock, { isWhole: !stream });
    },
  };
}

function standIn(own: Scenario, run: Run, settings: readonly Override[]): Scenario {
  const { output: _, ...rest } = own;
  const { gpu, modelConfig } = own.engine;
  const changed = withOverrides(
    {
      ...rest,
      target: { ...own.target, url: 'embedded' },
      engine: { ...toldOf(run).engine, ...ownSettings(own), gpu, modelConfig },
    },
    settings,
  );
  return parseScenario({ ...changed, output: { keepChunkGaps: false } }, 'the run, played again');
}

function askerKey({ userId, turn, agent }: Pick<ChatRequest, 'userId' | 'turn' | 'agent'>): string {
  return JSON.stringify([userId, turn, agent]);
}

/** All that were sent, the warm-up too, with what was asked: prompts are the same whatever the engine takes. */
function sentOf(
  records: readonly TurnRecord[],
  asked: ReadonlyMap<string, EngineRequest>,
): SentRequest[] {
  return records
    .flatMap((record): SentRequest[] => {
      const request = asked.get(askerKey(record));
      if (!request || record.sentMs === undefined) return [];
      const { userId, agent, sentMs, lastTokenMs, endMs } = record;
      const conversation = agent ? undefined : userId;
      const over = lastTokenMs ?? endMs;
      return [{ key: turnKey(record), startMs: sentMs, request, conversation, endMs: over }];
    })
    .sort((a, b) => a.startMs - b.startMs);
}

function observedOf(record: TurnRecord): Observed[] {
  const { status, sentMs, firstTokenMs, lastTokenMs } = record;
  const { inputTokens, outputTokens, cachedTokens } = record;
  if (status !== 'ok' || sentMs === undefined || firstTokenMs === undefined) return [];
  if (lastTokenMs === undefined || !inputTokens || !outputTokens) return [];
  const times = timesOf(sentMs, firstTokenMs, lastTokenMs, outputTokens);
  return [{ key: turnKey(record), startMs: sentMs, inputTokens, cachedTokens, ...times }];
}

function doubts(
  observed: readonly Observed[],
  played: ReadonlyMap<string | number, unknown>,
): string[] {
  const alike = observed.filter(({ key }) => played.has(key)).length;
  return alike / observed.length >= ALIKE_MIN
    ? []
    : [`only ${alike} of its ${observed.length} requests came again when its scenario was played`];
}
