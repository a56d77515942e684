import { HitCurve, type LruHits } from '../cache/hit-curve.ts';
import type { RunReferences } from '../ledger/run-references.ts';
import { runReferences } from '../ledger/run-references.ts';
import type { Run } from '../record/run-folder.ts';
import type { ToldCapacity } from '../server/told-capacity.ts';
import { advertisedIn } from './advertised.ts';
import { expectedHits } from './expected.ts';
import { servedBy } from './references.ts';
import type { Served } from './served.ts';
import { inferTiers, type TierCapacities } from './tiers.ts';
import { type Waiting, waitingOf } from './waiting.ts';

/** How large the prefix cache is that served a run, and what that rests on. */
export interface RunCapacity {
  readonly blockTokens: number;
  /** Bytes of KV cache a token takes; absent: not told. */
  readonly bytesPerToken?: number;
  /** Absent: the engine reported no hits, or nothing that requests asked for again. */
  readonly tiers?: TierCapacities;
  readonly advertised?: ToldCapacity;
  /** Of measured, completed requests with counts. */
  readonly requests: number;
  readonly inputTokens: number;
  /** Absent: the engine reported none. */
  readonly cachedTokens?: number;
  /** Requests that waited to be let in. Absent: hardly any did. */
  readonly waiting?: Waiting;
  /** What LRU caches of every size find of them. */
  readonly lru: LruHits;
  readonly leftOut: RunReferences['leftOut'];
}

const NOTHING = new HitCurve(1).close();

/** Hits are looked through once a run, for all that rests on them. */
const known = new WeakMap<Run, Omit<RunCapacity, 'bytesPerToken'>>();

export function capacityOfRun(run: Run, bytesPerToken?: number): RunCapacity {
  let found = known.get(run);
  if (!found) known.set(run, (found = made(run)));
  return { ...found, ...(bytesPerToken !== undefined && { bytesPerToken }) };
}

const knownTiers = new WeakMap<Run, { readonly tiers: TierCapacities | undefined }>();

/** The capacities that its hits show: the one inference that reports and ledgers of a run rest on. */
export function tiersOfRun(run: Run): TierCapacities | undefined {
  let found = knownTiers.get(run);
  if (!found) {
    const references = runReferences(run);
    found = { tiers: inferTiers(servedBy(references), references.blockTokens) };
    knownTiers.set(run, found);
  }
  return found.tiers;
}

function made(run: Run): Omit<RunCapacity, 'bytesPerToken'> {
  const references = runReferences(run);
  const { blockTokens, leftOut } = references;
  const caches = servedBy(references);
  const measured = caches.flat().filter(({ isMeasured }) => isMeasured);
  const advertised = advertisedIn(run, blockTokens);
  const tiers = tiersOfRun(run);
  const lru = expectedHits(caches, blockTokens, (one) => one.isMeasured || undefined).get(true);
  const waiting = waitingOf(caches, blockTokens);
  return {
    blockTokens,
    ...(tiers && { tiers }),
    ...(advertised && { advertised }),
    ...(waiting && { waiting }),
    requests: measured.length,
    inputTokens: sumOf(measured, ({ inputTokens }) => inputTokens),
    ...(measured.some(({ foundBlocks }) => foundBlocks !== undefined) && {
      cachedTokens: sumOf(measured, ({ foundBlocks = 0 }) => foundBlocks * blockTokens),
    }),
    lru: lru ?? NOTHING,
    leftOut,
  };
}

function sumOf(served: readonly Served[], of: (one: Served) => number): number {
  return served.reduce((sum, one) => sum + of(one), 0);
}
