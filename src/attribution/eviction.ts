import type { RunReference } from '../ledger/run-references.ts';
import { type Distances, distanceOf } from './distances.ts';

/** What a request did not find that had been there. */
export interface Eviction {
  /** Where its prompt stopped being found: a block, counted from 0, of those that it has. */
  readonly block: number;
  readonly promptBlocks: number;
  /** So many distinct blocks were used since that one was. */
  readonly distance: number;
  /** Blocks that the cache has; absent: not told. */
  readonly blocks: number | undefined;
  /** They are the GPU's; and it was not found below that either. */
  readonly isOfGpu: boolean;
  /** Its prompt, all that it could have found, is there again with so many blocks. */
  readonly neededBlocks: number;
  /** Tokens that were computed again. */
  readonly tokens: number;
}

/** What a prefix can be found in: all tiers together; or the GPU's alone, where nobody says how large those below it are. */
export interface CacheSize {
  readonly blocks: number | undefined;
  readonly isOfGpu: boolean;
}

/** undefined: it found all that it could, or nobody says what it found. */
export function evictionOf(
  { record, idealTokens }: RunReference,
  distances: Distances,
  { blocks, isOfGpu }: CacheSize,
): Eviction | undefined {
  const { cachedTokens } = record;
  if (cachedTokens === undefined || idealTokens <= cachedTokens) return undefined;
  const { blockTokens, promptBlocks } = distances;
  const block = Math.floor(cachedTokens / blockTokens);
  const distance = distanceOf(distances, block);
  const last = distanceOf(distances, Math.floor(idealTokens / blockTokens) - 1);
  if (distance === undefined || last === undefined) return undefined;
  if (blocks !== undefined && last <= blocks) return undefined;
  return {
    ...{ block, promptBlocks, distance, blocks, isOfGpu },
    neededBlocks: Math.max(distance, last),
    tokens: idealTokens - cachedTokens,
  };
}
