import { furtherOf } from '../../engine/cost/further.ts';
import { blocksOf } from '../../engine/cost/kv-capacity.ts';
import { profileOf } from '../../engine/cost/profile-of.ts';
import { type RunReference, runReferences } from '../../ledger/run-references.ts';
import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import type { Agreement } from '../agreement.ts';
import { type PlayedTwin, requestKey } from '../played.ts';
import { foundInOrder } from './found.ts';
import { type Difference, differences, type Holding } from './parting.ts';
import { type Served, stepsOf } from './steps.ts';

/** What the order in which requests were served has to do with what they found in the cache. */
export interface Order {
  /** Requests of which it was seen, and those of which the twin's cache finds in the run's order what the run found. */
  readonly told: number;
  readonly equal: number;
  /** Cached tokens in the run's order. */
  readonly found: ReadonlyMap<TurnRecord, number>;
  /** Where the orders of run and twin parted, as each request saw it. */
  readonly parted: ReadonlyMap<TurnRecord, Difference>;
  /** Its engine schedules ahead, or does not, other than the profile says: so more are equal. Absent: as it says. */
  readonly isAhead?: boolean;
}

/** Times in journals are rounded: an end and an admission of one step are less than this apart. */
const SAME_MS = 0.01;

/**
 * Plays the order of the run on the cache of its twin, where they found different tokens: requests that finish a moment
 * sooner or later free their blocks before or after another one looks up and takes its own.
 * @param engine the twin's
 * @returns undefined where nothing differs, or the order says nothing: tiers below the GPU, several replicas, planted
 * defects, a run in several parts, a journal without the times of chunks
 */
export function orderOf(
  run: Run,
  { records: twins }: PlayedTwin,
  { differing }: Agreement,
  engine: EngineOptions,
): Order | undefined {
  const [part] = run.parts;
  if (!differing.length || run.parts.length > 1 || !isPlain(engine)) return undefined;
  const { references } = runReferences(run);
  const said = furtherOf(profileOf(engine)).asyncScheduling;
  const [asSaid, other] = [said, !said].map((isAhead) => served(references, engine, isAhead));
  if (!asSaid || !other) return undefined;
  // No page tells whether a server schedules ahead; what its requests found does.
  const { all, found, equal } = other.equal > asSaid.equal ? other : asSaid;
  const holdings = references.flatMap(({ record }): Holding[] => {
    const twin = twins.get(requestKey(part!.header.part, record));
    return twin?.status === 'ok' ? [twinHolding(record, twin)] : [];
  });
  return {
    told: toldOf(found).length,
    equal,
    found,
    parted: differences(bySending(all.map(runHolding)), bySending(holdings)),
    ...(other.equal > asSaid.equal && { isAhead: !said }),
  };
}

/** What the cache finds in the run's order, if its engine schedules ahead or does not. */
function served(references: readonly RunReference[], engine: EngineOptions, isAhead: boolean) {
  const all = stepsOf(references, isAhead);
  if (!all) return undefined;
  const found = foundInOrder(all, engine, blocksOf(profileOf(engine), engine));
  const equal = toldOf(found).filter(([{ cachedTokens }, tokens]) => cachedTokens === tokens);
  return { all, found, equal: equal.length };
}

function toldOf(found: ReadonlyMap<TurnRecord, number>) {
  return [...found].filter(([{ cachedTokens }]) => cachedTokens !== undefined);
}

/** Its cache is blocks of one GPU that are kept as long as they can be. */
function isPlain({ offload, replicas, defects, prefixCaching }: EngineOptions): boolean {
  const { preset, ...media } = offload;
  const hasTiers = preset !== 'none' && (preset || Object.keys(media).length > 0);
  const { expirySec, lateBlocks, unloaded, primed } = defects;
  const isDefect = expirySec !== undefined || lateBlocks || unloaded > 0 || primed > 0;
  return prefixCaching && !hasTiers && replicas.count === 1 && !isDefect;
}

/** In steps. */
function runHolding({ reference, admitted, freed }: Served): Holding {
  return { record: reference.record, fromTime: admitted, toTime: freed };
}

/** In milliseconds: what ends as a step ends, is gone before the next begins. */
function twinHolding(record: TurnRecord, twin: TurnRecord): Holding {
  const { sentMs = 0, firstTokenMs = sentMs, enginePrefillMs, endMs = firstTokenMs } = twin;
  const fromTime = enginePrefillMs === undefined ? sentMs : firstTokenMs - enginePrefillMs;
  return { record, fromTime, toTime: endMs - SAME_MS };
}

/** Those that are admitted in one step are in the order of sending. */
function bySending(holdings: readonly Holding[]): Holding[] {
  return [...holdings].sort((a, b) => (a.record.sentMs ?? 0) - (b.record.sentMs ?? 0));
}
