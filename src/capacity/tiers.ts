import { admissionsOf } from './admissions.ts';
import { type InferredCapacity, inferFrom } from './infer.ts';
import type { Served } from './served.ts';
import { chunkBlocksOf, type Stored, storedBy } from './tier-view.ts';

/** Of an engine's caches, as far as its hits tell them apart. */
export interface TierCapacities {
  /** The GPU's; of an engine that has one cache, that. */
  readonly gpu: InferredCapacity;
  /** What is below it, in blocks of the GPU. Absent: nothing was loaded from there. */
  readonly below?: InferredCapacity;
  /** The engine told what of a hit came from below the GPU, or it follows from where hits end. */
  readonly toldBy?: 'engine' | 'hits';
  /** Of what is below: blocks of one chunk, and whether answers are stored before they come back in a prompt. */
  readonly stored?: Stored;
}

/** With one cache, so many of the requests that tell may contradict it; with more a second one is looked for. */
const CONTRARY_SHARE = 0.05;

/**
 * Infers the GPU's cache, and one below it that holds copies (vLLM's OffloadingConnector, LMCache, HiCache): found is
 * the longer run of both. Where the engine does not tell which, a tier that stores prompts only (vLLM's default)
 * gives itself away: what was found beyond the longest beginning that was ever a prompt, the GPU had.
 */
export function inferTiers(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
): TierCapacities | undefined {
  const isTold = caches.flat().some(({ externalBlocks = 0 }) => externalBlocks > 0);
  if (isTold) return toldTiers(caches, blockTokens);
  const one = inferFrom(caches, { blockTokens });
  if (!one || one.disagreeing <= CONTRARY_SHARE * one.telling) return one && { gpu: one };
  const two = untoldTiers(caches, blockTokens);
  const isBetter = two?.below && 2 * shareOf(two.gpu) < shareOf(one);
  return isBetter ? two : { gpu: one };
}

function shareOf({ disagreeing, telling }: InferredCapacity): number {
  return disagreeing / Math.max(1, telling);
}

function toldTiers(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
): TierCapacities | undefined {
  const gpu = inferFrom(caches, {
    blockTokens,
    seen: ({ foundBlocks, externalBlocks = 0 }) => {
      const local = foundBlocks === undefined ? undefined : foundBlocks - externalBlocks;
      return local === undefined ? undefined : { found: local, missed: local };
    },
  });
  if (!gpu) return undefined;
  const [best] = storedAs(chunkBlocksOf(caches.flat()))
    .flatMap((stored) => {
      const below = tierOf(caches, blockTokens, stored, loaded);
      return below ? [{ stored, below }] : [];
    })
    .sort((a, b) => contraryTo(a.below) - contraryTo(b.below));
  return { gpu, toldBy: 'engine', ...best };
}

/** The ends of few loads may look like those of chunks by chance. */
function storedAs(chunkBlocks: number): Stored[] {
  return [...new Set([1, chunkBlocks])].flatMap((chunk) => [
    { chunkBlocks: chunk, hasAnswers: false },
    { chunkBlocks: chunk, hasAnswers: true },
  ]);
}

/** Requests that cannot be, if it were so. */
function contraryTo({ disagreeing, strangers }: InferredCapacity): number {
  return disagreeing + strangers;
}

/** Of what was loaded, all was there, and what comes after it was not; else no more was than the GPU had. */
function loaded({ foundBlocks, externalBlocks = 0 }: Served) {
  if (foundBlocks === undefined) return undefined;
  return { found: externalBlocks > 0 ? foundBlocks : undefined, missed: foundBlocks };
}

function untoldTiers(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
): TierCapacities | undefined {
  const asked = caches.map(askedBefore);
  const longest = new Map(asked.flatMap((lengths) => [...lengths]));
  const gpu = inferFrom(caches, {
    blockTokens,
    seen: (one) => {
      const { foundBlocks } = one;
      if (foundBlocks === undefined) return undefined;
      return {
        found: foundBlocks > longest.get(one)! ? foundBlocks : undefined,
        missed: foundBlocks,
      };
    },
  });
  const stored = { chunkBlocks: 1, hasAnswers: false };
  const below = tierOf(caches, blockTokens, stored, (one) => {
    const { foundBlocks } = one;
    const most = longest.get(one)!;
    if (foundBlocks === undefined || foundBlocks > most) return undefined;
    return { found: foundBlocks === most ? most : undefined, missed: foundBlocks };
  });
  return gpu && below && { gpu, below, toldBy: 'hits', stored };
}

/** Of each request: leading blocks that were ever in a prompt before it. */
function askedBefore(served: readonly Served[]): Map<Served, number> {
  const asked = new Set<number>();
  return new Map(
    served.map((one) => {
      const { names, promptBlocks } = one;
      let blocks = 0;
      while (blocks < promptBlocks && asked.has(names[blocks]!)) blocks++;
      for (let at = blocks; at < promptBlocks; at++) asked.add(names[at]!);
      return [one, blocks];
    }),
  );
}

function tierOf(
  caches: readonly (readonly Served[])[],
  blockTokens: number,
  stored: Stored,
  seen: (one: Served) => { found: number | undefined; missed: number | undefined } | undefined,
): InferredCapacity | undefined {
  const views = caches.map((served) => storedBy(served, admissionsOf(served, 0), stored, seen));
  const sightings = new Map(views.flatMap((view) => [...view]));
  const { chunkBlocks } = stored;
  const inferred = inferFrom(
    views.map((view) => [...view.keys()]),
    { blockTokens: blockTokens * chunkBlocks, seen: (one) => sightings.get(one) },
  );
  return inferred && inBlocks(inferred, chunkBlocks);
}

/** Of chunks: of the GPU's blocks. */
function inBlocks(inferred: InferredCapacity, chunkBlocks: number): InferredCapacity {
  const { blocks, low, high, heldMost, disagreements, posterior } = inferred;
  return {
    ...inferred,
    blocks: chunkBlocks * blocks,
    low: chunkBlocks * low,
    ...(high !== undefined && { high: chunkBlocks * high }),
    heldMost: chunkBlocks * heldMost,
    disagreements: disagreements.map((one) => ({ ...one, blocks: chunkBlocks * one.blocks })),
    posterior: { ...posterior, sizes: posterior.sizes.map((size) => chunkBlocks * size) },
  };
}

/** Blocks that are found in one tier or another: what there is below the GPU has copies of what is there. */
export function reachableBlocks(
  tiers: TierCapacities | undefined,
): { readonly blocks: number; readonly from: 'hits' | 'atLeast' } | undefined {
  if (!tiers) return undefined;
  const { gpu, below } = tiers;
  const largest = below && below.blocks > gpu.blocks ? below : gpu;
  return { blocks: largest.blocks, from: largest.high === undefined ? 'atLeast' : 'hits' };
}
