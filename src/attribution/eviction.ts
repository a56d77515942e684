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
  /** Its prompt, all that it could have found, is there again with so many blocks. */
  readonly neededBlocks: number;
  /** Tokens that were computed again. */
  readonly tokens: number;
}

/** undefined: it found all that it could, or nobody says what it found. */
export function evictionOf(
  { record, idealTokens }: RunReference,
  distances: Distances,
  blocks: number | undefined,
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
    ...{ block, promptBlocks, distance, blocks },
    neededBlocks: Math.max(distance, last),
    tokens: idealTokens - cachedTokens,
  };
}
