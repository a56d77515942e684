import { FirstSenders, sharesOf } from '../cache/first-senders.ts';
import { advertisedIn } from '../capacity/advertised.ts';
import { tiersOfRun } from '../capacity/capacity.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Run } from '../record/run-folder.ts';
import { idealOptions } from '../report/engine-cache.ts';
import { scenarioOf } from '../report/identity.ts';
import { valuesOn } from '../server/reading.ts';
import { type Contamination, contaminationOf } from './contamination.ts';
import { type Entry, entryOf, type Known } from './entry.ts';
import { evidenceOf } from './evidence.ts';
import { type Facts, factsOf } from './facts.ts';
import { predicted } from './predicted.ts';
import { replicasOf } from './replicas.ts';
import { type RunReference, type RunReferences, runReferences } from './run-references.ts';
import { groupedBy, type Sums, sumsOf } from './sums.ts';

export interface ExplainOptions {
  /** Blocks of the GPU's cache, and of the memory below it. */
  readonly capacityBlocks?: number | undefined;
  readonly tierBlocks?: number | undefined;
  readonly ttlMs?: number | undefined;
  /** Name of the response header that tells the replica, in lower case. */
  readonly replicaHeader?: string | undefined;
}

/** Where the prompt tokens of a run went: of its measured, completed requests. */
export interface Ledger {
  readonly blockTokens: number;
  readonly entries: readonly Entry[];
  readonly total: Sums;
  readonly byTurn: readonly { readonly key: number; readonly sums: Sums }[];
  readonly bySession: readonly { readonly key: number; readonly sums: Sums }[];
  /** Empty where records name none. */
  readonly byTenant: readonly { readonly key: string; readonly sums: Sums }[];
  readonly facts: Facts;
  /** A capacity was given, and what it would have found is predicted. */
  readonly capacityBlocks?: number;
  readonly contamination: Contamination;
  readonly leftOut: RunReferences['leftOut'];
}

/**
 * Attributes each token of the prompts of a run: found, out of any cache's reach, or lost to one cause. Sums are
 * exact by turn, by session and in total.
 */
export function explain(run: Run, options: ExplainOptions = {}): Ledger {
  const { blockTokens, references, leftOut } = runReferences(run);
  const { tierBlocks, ttlMs } = options;
  const told =
    options.capacityBlocks === undefined ? advertisedIn(run, blockTokens)?.blocks : undefined;
  const capacityBlocks = options.capacityBlocks ?? told;
  const replicaOf = replicasOf(references, options.replicaHeader);
  const seen = evidenceOf(references, { blockTokens, replicaOf });
  const { originEpochMs } = run.parts[0]!.header;
  const facts = factsOf(seen, {
    ...{ blockTokens, capacityBlocks, tierBlocks, ttlMs, originEpochMs },
    isCapacityTold: told !== undefined,
    hasTier: storesBelow(run),
    hasReplicas: replicaOf !== undefined,
    inferred: () => tiersOfRun(run),
  });
  const evidence =
    capacityBlocks === undefined ? seen : seen.map((one) => predicted(one, facts, capacityBlocks));
  const known = knownOf(run, references, facts);
  // In the order of sending: what a first turn shows is known of those after it.
  const foreignUsers = new Set<number>();
  const isForeign = ({ record }: RunReference) => foreignUsers.has(record.userId);
  const entries = evidence
    .filter(({ reference }) => reference.record.phase === 'measure')
    .map((one): Entry => {
      const entry = entryOf(one, { ...known, isForeign });
      if (entry.surplus.foreign) foreignUsers.add(one.reference.record.userId);
      return entry;
    });
  return {
    blockTokens,
    entries,
    total: sumsOf(entries),
    byTurn: groupedBy(entries, ({ reference }) => reference.record.turn),
    bySession: groupedBy(entries, ({ reference }) => reference.record.userId),
    byTenant: groupedBy(entries, ({ reference }) => reference.record.tenant),
    facts,
    ...(capacityBlocks !== undefined && { capacityBlocks }),
    contamination: contaminationOf(entries, references),
    leftOut,
  };
}

/** Sources whose texts are made for each user. */
const OWN_TEXTS: ReadonlySet<string> = new Set(['synthetic', 'generated']);

function knownOf(
  run: Run,
  references: readonly RunReference[],
  facts: Facts,
): Omit<Known, 'isForeign'> {
  const scenario = scenarioOf(run.parts[0]!);
  const { isAnswerResent, isSharedByUsers } = idealOptions(scenario, facts.blockTokens);
  const { blockTokens } = facts;
  const ends = earlierEndsOf(references, blockTokens);
  const failed = failedOf(run);
  const senders = new FirstSenders();
  for (const { record, sentMs } of references) senders.offer(record, sentMs);
  const isKeptApart = !isSharedByUsers || run.parts.some(({ header }) => header.isolation);
  return {
    facts,
    isAnswerResent,
    isEachItsOwn: OWN_TEXTS.has(scenario?.conversation.source ?? ''),
    saltedTokens: ({ record, previous, ideal, inputTokens }) => {
      const shared = Math.min(senders.foundBy(record)?.tokens ?? 0, inputTokens - 1);
      const tokens = blockTokens * Math.floor(shared / blockTokens);
      const isSalted = isKeptApart && !previous;
      return isSalted && tokens > ideal.answers ? tokens : 0;
    },
    sentOf: (index) => references[index]!.sentMs,
    originEpochMs: run.parts[0]!.header.originEpochMs,
    earlierEnds: (reference) => ends.get(reference)!,
    hasFailedBefore: ({ record, previous }) =>
      (failed.get(record.userId) ?? []).some(
        (one) =>
          one.sentMs! < record.sentMs! &&
          one.sentMs! > (previous?.sentMs ?? Number.NEGATIVE_INFINITY),
      ),
    besideTokens: besideOf(references, senders),
  };
}

/** Of each request: where the chains of earlier ones end that are a beginning of its own; 0 is one of them. */
function earlierEndsOf(
  references: readonly RunReference[],
  blockTokens: number,
): ReadonlyMap<RunReference, readonly number[]> {
  const ofUsers = new Map<number, number[]>();
  const whole = (tokens: number) => blockTokens * Math.floor(Math.max(0, tokens) / blockTokens);
  return new Map(
    references.map((reference) => {
      const { record, previous, ideal, inputTokens, outputTokens } = reference;
      const ends = (previous && ofUsers.get(record.userId)) ?? [];
      ofUsers.set(record.userId, [
        ...ends,
        whole(inputTokens),
        whole(inputTokens + outputTokens - 1),
      ]);
      return [reference, [0, ideal.shared, ...ends]];
    }),
  );
}

function failedOf(run: Run): ReadonlyMap<number, TurnRecord[]> {
  const failed = new Map<number, TurnRecord[]>();
  for (const { records } of run.parts) {
    for (const record of records) {
      if (record.status === 'ok' || record.sentMs === undefined) continue;
      failed.set(record.userId, [...(failed.get(record.userId) ?? []), record]);
    }
  }
  return failed;
}

/** What is shared, where another request that shares it was under way at the same time. */
function besideOf(
  references: readonly RunReference[],
  senders: FirstSenders,
): (reference: RunReference) => number {
  const begun = new Set<number>();
  const beside = new Map<RunReference, number>();
  for (const one of references) {
    if (begun.has(one.record.userId)) continue;
    begun.add(one.record.userId);
    const shares = sharesOf(one.record).filter(({ tenant }) => senders.isFirst(one.record, tenant));
    const share = shares.findLast(({ tenant }) => isAccompanied(one, tenant, references));
    if (share) beside.set(one, share.tokens);
  }
  return (reference) => beside.get(reference) ?? 0;
}

function isAccompanied(
  { record, endMs }: RunReference,
  tenant: string | undefined,
  references: readonly RunReference[],
): boolean {
  return references.some(
    (other) =>
      other.record.userId !== record.userId &&
      other.sentMs < endMs &&
      sharesOf(other.record).some((share) => share.tenant === tenant),
  );
}

/** Something was copied from the GPU to memory below it. */
function storesBelow({ parts }: Run): boolean {
  return parts.some(({ enginePages }) => {
    const page = enginePages?.last?.text ?? '';
    const stored = [...valuesOn(page, 'storedBytes'), ...valuesOn(page, 'storedTokens')];
    return stored.some(({ value }) => value > 0);
  });
}
