import { UsageError } from '../base/errors.ts';
import { PrefixReuse } from '../cache/prefix-reuse.ts';
import { Stretches } from '../cache/stretches.ts';
import { part } from '../inspect/reuse.ts';
import type { CurveRequest } from './request.ts';
import type { Row } from './rows.ts';

/** A memory that holds blocks, the GPU first and then what is below it. */
export interface TierAsked {
  readonly name: string;
  /** In blocks; of a tier of chunks as many blocks as its whole chunks have. */
  readonly blocks: number;
}

export interface TiersAsked {
  readonly tiers: readonly TierAsked[];
  /** Every tier has copies of what the ones above it hold; else each has what was evicted from the one above. */
  readonly isInclusive: boolean;
  /** Blocks that come and go together below the GPU; 1: it has the GPU's blocks. */
  readonly chunkBlocks: number;
  /** Below the GPU there are only blocks of prompts, and none of answers. */
  readonly isPromptOnly: boolean;
}

export interface TiersSummary extends Omit<TiersAsked, 'tiers'> {
  readonly tiers: readonly TierSummary[];
  /** What all of them find together is what one LRU cache of so many blocks does; absent: of chunks there is none. */
  readonly effectiveBlocks?: number;
  readonly foundTokens: number;
  readonly share: number;
}

export interface TierSummary extends TierAsked {
  /** What this tier finds of what those above it do not. */
  readonly foundTokens: number;
  readonly share: number;
}

/** What is reused in whole chunks, as tiers below the GPU hold it. */
export class Chunks {
  readonly stretches = new Stretches();
  readonly #asked: TiersAsked;
  readonly #blockTokens: number;
  readonly #reuse: PrefixReuse;

  constructor(asked: TiersAsked, blockTokens: number) {
    refuse(asked);
    this.#asked = asked;
    this.#blockTokens = blockTokens;
    this.#reuse = new PrefixReuse({
      blockTokens: asked.chunkBlocks * blockTokens,
      engineBlockTokens: blockTokens,
      referencesMax: 0,
      stretches: this.stretches,
    });
  }

  get chunkBlocks(): number {
    return this.#asked.chunkBlocks;
  }

  get chunkTokens(): number {
    return this.#asked.chunkBlocks * this.#blockTokens;
  }

  /** A chunk has the name of its last block. Requests without a whole one have no place here. */
  add(request: CurveRequest): boolean {
    const { chain, promptBlocks = chain.length, inputTokens } = request;
    const { chunkBlocks, isPromptOnly } = this.#asked;
    const whole = Math.floor((isPromptOnly ? promptBlocks : chain.length) / chunkBlocks);
    const chunks = Array.from({ length: whole }, (_, i) => chain[(i + 1) * chunkBlocks - 1]!);
    const prompt = { chain: chunks, inputTokens, atMs: request.atMs };
    this.#reuse.add({ ...prompt, promptBlocks: Math.floor(promptBlocks / chunkBlocks) });
    return whole > 0;
  }
}

function refuse({ isInclusive, chunkBlocks, isPromptOnly }: TiersAsked): void {
  if (isInclusive || (chunkBlocks === 1 && !isPromptOnly)) return;
  throw new UsageError(
    'tiers: found exclusive ones that hold chunks, or prompts alone; expected --tier-policy inclusive, or whole blocks of answers too: what is evicted from one tier is what the next one gets',
  );
}

/**
 * Tiers of copies find together what the largest finds: LRU keeps of a larger size all that it keeps of a smaller
 * (Mattson). Tiers that get what was evicted above them are one stack: their sizes add up. Of chunks a request
 * finds what the GPU has, or what whole chunks reach beyond it.
 */
export function tiersOf(
  asked: TiersAsked,
  rows: readonly Row[],
  {
    gpu,
    chunks,
    blockTokens,
  }: {
    gpu: Stretches;
    chunks: { of: Chunks; places: Int32Array } | undefined;
    blockTokens: number;
  },
): TiersSummary {
  const measured = rows.filter(({ isMeasured }) => isMeasured);
  const inputTokens = measured.reduce((sum, row) => sum + row.inputTokens, 0);
  const reached = new Float64Array(rows.length);
  let reachBlocks = 0;
  const tiers = asked.tiers.map((tier, index): TierSummary => {
    reachBlocks = asked.isInclusive
      ? Math.max(reachBlocks, tier.blocks)
      : reachBlocks + tier.blocks;
    const found =
      index > 0 && chunks
        ? foundInChunks(tier, chunks, rows)
        : foundInBlocks(asked.isInclusive ? tier.blocks : reachBlocks, gpu, rows, blockTokens);
    let foundTokens = 0;
    for (const row of measured) {
      const at = row.place;
      if (at === undefined) continue;
      foundTokens += Math.max(0, found(at) - reached[at]!);
      reached[at] = Math.max(reached[at]!, found(at));
    }
    return { ...tier, foundTokens, share: part(foundTokens, inputTokens) };
  });
  const foundTokens = tiers.reduce((sum, tier) => sum + tier.foundTokens, 0);
  return {
    ...asked,
    tiers,
    ...(!chunks && { effectiveBlocks: reachBlocks }),
    foundTokens,
    share: part(foundTokens, inputTokens),
  };
}

type FoundAt = (place: number) => number;

function foundInBlocks(
  capacityBlocks: number,
  gpu: Stretches,
  rows: readonly Row[],
  blockTokens: number,
): FoundAt {
  const { tokens } = gpu.foundBy(rows.length, { blockTokens, capacityBlocks });
  return (place) => tokens[place]!;
}

function foundInChunks(
  { blocks }: TierAsked,
  { of, places }: { of: Chunks; places: Int32Array },
  rows: readonly Row[],
): FoundAt {
  const { stretches, chunkTokens } = of;
  const capacityBlocks = Math.floor(blocks / of.chunkBlocks);
  const { tokens } = stretches.foundBy(rows.length, { blockTokens: chunkTokens, capacityBlocks });
  return (place) => (places[place]! < 0 ? 0 : tokens[places[place]!]!);
}
