import { servedBy } from '../capacity/references.ts';
import { type Waiting, waitingOf } from '../capacity/waiting.ts';
import { type RunReference, runReferences } from '../ledger/run-references.ts';
import { capacityOf, type KvCapacity } from '../plan/capacity.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { turnKey } from '../record/turn-key.ts';
import { scenarioOf } from '../report/identity.ts';
import type { Scenario } from '../scenario/schema.ts';
import { latencyFromIntendedMs, latencyMs } from '../stats/latency.ts';
import { type Band, bandsOf } from './bands.ts';
import { type Blame, blamer } from './blame.ts';
import type { PlayedAgain } from './counterfactual.ts';
import { distancesOf } from './distances.ts';
import { type CacheSize, type Eviction, evictionOf } from './eviction.ts';
import type { Fit, TooFew } from './fit.ts';
import { type InFlight, inFlightOf, prefillSpans } from './in-flight.ts';
import { type Reload, reloadOf } from './reload.ts';
import { waitingForRoom } from './room.ts';
import { type By, type Selection, selected } from './selection.ts';
import { type ExternalFrom, withTiers } from './tiers.ts';
import { type TimedRequest, timedRequests } from './timed-request.ts';
import { type ToldByServer, toldByServer } from './told-by-server.ts';
import { type TpotCause, tpotFit } from './tpot-fit.ts';
import { type TtftFits, ttftFits } from './ttft-fit.ts';
import { meanWaterfall, type Waterfall, waterfallOf } from './waterfall.ts';

/** Why requests of a run took as long as they did. Times are milliseconds. */
export interface Explanation {
  readonly name: string;
  readonly requests: {
    /** Measured, answered, with a first token: those that are explained. */
    readonly explained: number;
    /** Measured and sent, and not among them. */
    readonly leftOut: number;
    readonly sessions: number;
  };
  /** Of the explained ones. */
  readonly tokens: { readonly [tier in Tier]: number | undefined };
  readonly externalFrom: ExternalFrom;
  readonly told: ToldByServer;
  readonly ttft: TtftFits;
  readonly tpot: Fit<TpotCause> | TooFew;
  readonly reload: Reload;
  /** Requests that waited for room, and not for others' prompts to be computed. Absent: hardly any did, as far as is known. */
  readonly waiting?: Waiting;
  readonly bands: readonly Band[];
  readonly fineBands: readonly Band[];
  readonly selection: Selection & { readonly by: By };
  /** The slowest first. */
  readonly chosen: readonly Explained[];
  readonly meanOfChosen: Waterfall;
  readonly counterfactual?: Counterfactual;
}

/** storage: of the external ones, where the server says so. */
export type Tier = 'uncached' | 'local' | 'external' | 'storage';

/** One request. */
export interface Explained {
  readonly request: TimedRequest;
  readonly latencyMs: number;
  readonly waterfall: Waterfall;
  readonly blame: Blame;
  /** Others being answered while it waited, in the mean. */
  readonly decoding: number;
  /** What computing and loading for others took of its wait, by the fit; undefined: cannot be told. */
  readonly workAheadMs?: number;
  readonly eviction?: Eviction;
  /** The same request, where the run was played again. */
  readonly again?: Again;
}

export interface Again {
  /** As simulated with the settings of the run itself; of a simulated run, what it measured. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** What was changed for it. */
export interface Counterfactual {
  readonly settings: readonly string[];
  /** More memory for KV on the GPU than the run had, GB; where that is what was changed. */
  readonly moreGB?: number;
}

export interface Asked {
  readonly selection: Selection;
  readonly by: By;
  readonly bytesPerToken?: number | undefined;
}

/** A run as it can be asked about: what does not depend on which requests are chosen. */
export interface Explainable {
  readonly scenario: Scenario | undefined;
  /** Of the engine in this process, where the run was against that. */
  readonly capacity: KvCapacity | undefined;
  readonly explanation: Explanation;
}

/** More are not each looked at for whom they waited for. */
const BLAMED_MAX = 200;

/** @throws UsageError where there is no such request as is asked for, or none was answered. */
export function explain(run: Run, { selection, by, bytesPerToken }: Asked): Explainable {
  const scenario = scenarioOf(run.parts[0]!);
  const isEmbedded =
    scenario?.target.url === 'embedded' || run.parts[0]!.header.clock === 'virtual';
  const capacity = scenario && isEmbedded ? capacityOf(scenario.engine) : undefined;
  const references = runReferences(run);
  const told = toldByServer(run, references.blockTokens);
  const distances = distancesOf(references);
  const gpuBlocks = capacity?.blocks ?? told.gpuBlocks;
  const hasTiers = (told.externalTokens ?? 0) > 0;
  const timed = timedRequests(run);
  const { requests, externalFrom } = withTiers(timed, distances, hasTiers ? gpuBlocks : undefined);
  const spans = prefillSpans(requests);
  const inFlight = inFlightOf(requests, spans);
  const places = [...requests.keys()].filter((at) => requests[at]!.record.phase === 'measure');
  const seen = places.map((at) => ({ request: requests[at]!, inFlight: inFlight[at]! }));
  const ttft = ttftFits(seen);
  const waterfalls = seen.map((one) => waterfallOf(one, ttft));
  const chosenAt = places.length ? selected(requests, places, selection, by) : [];
  const byRecord = new Map(references.references.map((one) => [one.record, one]));
  const size = cacheSize(capacity, gpuBlocks, hasTiers);
  const tokenBytes = bytesPerToken ?? capacity?.bytesPerToken ?? told.bytesPerToken;
  const tokens = {
    uncached: sum(seen, ({ request }) => request.uncachedTokens),
    local: sum(seen, ({ request }) => request.localTokens),
    external: sum(seen, ({ request }) => request.externalTokens),
    storage: sum(seen, ({ request }) => request.storageTokens),
  };
  const tpot = tpotFit(seen);
  const waited = waitingOf(servedBy(references), references.blockTokens);
  const waiting = waitingForRoom(waited, ttft, tpot);
  const reload = reloadOf(ttft, seen, tokenBytes, told);
  const blameOf = blamer(requests, spans);
  const chosen = chosenAt.map((at, index): Explained => {
    const request = requests[at]!;
    const around = inFlight[at]!;
    const work = workAheadMs(around, reload);
    const eviction = evictionFor(request.record, byRecord, distances, size);
    return {
      request,
      latencyMs: fromDueMs(request.record),
      waterfall: waterfallOf({ request, inFlight: around }, ttft),
      blame: index < BLAMED_MAX ? blameOf(at) : { prefills: [], count: 0, tokens: 0 },
      decoding: around.decoding,
      ...(work !== undefined && { workAheadMs: work }),
      ...(eviction && { eviction }),
    };
  });
  return {
    scenario,
    capacity,
    explanation: {
      name: scenario?.name ?? 'unknown',
      requests: {
        explained: places.length,
        leftOut: sentAndMeasured(run) - places.length,
        sessions: new Set(seen.map(({ request }) => request.record.userId)).size,
      },
      tokens,
      externalFrom,
      told,
      ttft,
      tpot,
      reload,
      ...(waiting && { waiting }),
      bands: bandsOf(waterfalls),
      fineBands: bandsOf(waterfalls, true),
      selection: { ...selection, by },
      chosen,
      meanOfChosen: meanWaterfall(chosen.map(({ waterfall }) => waterfall)),
    },
  };
}

/** With what the chosen requests took when the run was played again: as it was, and with the settings changed. */
export function withAgain(
  explanation: Explanation,
  counterfactual: Counterfactual,
  before: PlayedAgain | undefined,
  after: PlayedAgain,
): Explanation {
  const chosen = explanation.chosen.map((one): Explained => {
    const key = turnKey(one.request.record);
    const beforeMs = before ? timeIn(before, key) : one.latencyMs;
    const afterMs = timeIn(after, key);
    if (beforeMs === undefined || afterMs === undefined) return one;
    return { ...one, again: { beforeMs, afterMs } };
  });
  return { ...explanation, chosen, counterfactual };
}

function workAheadMs(
  { computedTokens, loadingTokens }: InFlight,
  { computeUs, tiers }: Reload,
): number | undefined {
  if (!computeUs) return undefined;
  // What every load takes is not known of those ahead.
  const [tier] = tiers;
  const loadUs = tier?.isWithFixed ? 0 : (tier?.loadUs?.value ?? 0);
  return (computedTokens * computeUs.value + loadingTokens * loadUs) / 1e3;
}

function timeIn(played: PlayedAgain, key: number | string): number | undefined {
  const record = played.get(key);
  return record?.status === 'ok' ? fromDueMs(record) : undefined;
}

function fromDueMs(record: TurnRecord): number {
  return latencyFromIntendedMs(record) ?? latencyMs(record)!;
}

/** Tiers hold copies of what is above them, or add to it. */
function cacheSize(
  capacity: KvCapacity | undefined,
  gpuBlocks: number | undefined,
  hasTiers: boolean,
): CacheSize {
  if (!capacity) return { blocks: gpuBlocks, isOfGpu: hasTiers };
  const sizes = [capacity.blocks, ...capacity.tiers.map(({ blocks }) => blocks)];
  const blocks = capacity.isInclusive
    ? Math.max(...sizes)
    : sizes.reduce((sum, size) => sum + size, 0);
  return { blocks, isOfGpu: false };
}

function evictionFor(
  record: TurnRecord,
  references: ReadonlyMap<TurnRecord, RunReference>,
  distances: ReturnType<typeof distancesOf>,
  size: CacheSize,
): Eviction | undefined {
  const reference = references.get(record);
  const distance = distances.get(record);
  return reference && distance && evictionOf(reference, distance, size);
}

function sentAndMeasured({ parts }: Run): number {
  const isMeant = ({ phase, status }: TurnRecord) => phase === 'measure' && status !== 'unsent';
  return parts.reduce((count, { records }) => count + records.filter(isMeant).length, 0);
}

function sum<T>(all: readonly T[], of: (one: T) => number | undefined): number | undefined {
  let total: number | undefined;
  for (const one of all) {
    const value = of(one);
    if (value !== undefined) total = (total ?? 0) + value;
  }
  return total;
}
