import type { Cause } from './causes.ts';
import type { Evidence } from './evidence.ts';
import { type Facts, NEAR, timeOf } from './facts.ts';
import { isAtAnswer, isBeginning } from './lost.ts';

/** Where a prefix ended too soon, and all that is known about it. */
export interface Lost {
  readonly evidence: Evidence;
  readonly facts: Facts;
  /** Others had put it there under another salt: that is known. */
  readonly isSalted: boolean;
  /** Sent at the same reading of the clock as whoever used the missing block last. */
  readonly sentOf: (reference: number) => number;
  readonly originEpochMs: number;
  /** Where earlier requests ended: what another replica has would end there. */
  readonly earlierEnds: readonly number[];
}

/** The causes that cut a prefix short, unlike those that no cache can help. */
export type Deficit = Exclude<Cause, 'firstTouch' | 'rounding' | 'lastToken'>;

/**
 * A prefix ends at the first block that is missing, and whatever keeps that one away has all behind it on its account.
 * In this order: what is known for certain comes before what only fits.
 */
const RULES = {
  unreported: ({ evidence }) => cached(evidence) === undefined,
  isolation: ({ isSalted, facts, evidence }) =>
    isSalted || (facts.isApart && isBeginning(evidence)),
  inFlight: ({ evidence }) => evidence.lost?.isInFlight ?? false,
  reasoning: (lost) =>
    isAnswer(lost) && !isOffGpu(lost) && !!lost.evidence.reference.previous?.reasoningTokens,
  drift: (lost) => (isAnswer(lost) && !isOffGpu(lost)) || isOtherTime(lost),
  chunk: isWithinChunk,
  notLoaded: (lost) =>
    isOffGpu(lost) && (lost.facts.isAnswerStored || !isAnswer(lost)) && isInTier(lost),
  expiry: ({ evidence: { lost }, facts: { ttlMs = Infinity, isTtlGiven } }) =>
    lost !== undefined && lost.idleMs > ttlMs * (isTtlGiven ? 1 : NEAR),
  eviction: isOffGpu,
  // It never came to this replica, where that is told; else what is there is what some earlier request left.
  routing: (lost) => (lost.facts.hasReplicas && !lost.evidence.lost) || isAsEarlier(lost),
  unexplained: () => true,
} satisfies Record<Deficit, (lost: Lost) => boolean>;

const ORDER = Object.entries(RULES) as readonly [Deficit, (lost: Lost) => boolean][];

export function causeOf(lost: Lost): Deficit {
  return ORDER.find(([, applies]) => applies(lost))![0];
}

function cached({ reference }: Evidence): number | undefined {
  return reference.record.cachedTokens;
}

function isAnswer({ evidence, facts }: Lost): boolean {
  return isAtAnswer(evidence, facts.blockTokens);
}

/** More blocks were used since than the GPU holds. */
function isOffGpu({ evidence, facts }: Lost): boolean {
  const place = evidence.lostOnGpu ?? evidence.lost;
  return place !== undefined && place.distance > NEAR * (facts.gpuBlocks ?? Infinity);
}

function isInTier({ evidence, facts }: Lost): boolean {
  const { tierBlocks } = facts;
  if (tierBlocks === undefined || !evidence.lost) return false;
  return evidence.lost.distance <= (Number.isFinite(tierBlocks) ? NEAR : 1) * tierBlocks;
}

function isOtherTime({ evidence, facts, sentOf, originEpochMs }: Lost): boolean {
  const { clockMs } = facts;
  if (clockMs === undefined || !evidence.lost) return false;
  const at = (ms: number) => timeOf(ms, clockMs, originEpochMs);
  return at(sentOf(evidence.lost.by)) !== at(evidence.reference.sentMs);
}

/** What came from below ended with a whole chunk, and the rest of the next is missing. */
function isWithinChunk({ evidence: { reference }, facts }: Lost): boolean {
  const { chunkTokens } = facts;
  const { cachedTokens = 0, externalCachedTokens } = reference.record;
  if (chunkTokens === undefined || !externalCachedTokens) return false;
  return cachedTokens % chunkTokens === 0 && reference.ideal.answers - cachedTokens < chunkTokens;
}

function isAsEarlier({ evidence, facts, earlierEnds }: Lost): boolean {
  const tokens = cached(evidence);
  if (tokens === undefined || !evidence.lost) return false;
  return earlierEnds.some((end) => Math.abs(end - tokens) <= facts.blockTokens);
}
