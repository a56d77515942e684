import { Recency } from '../cache/recency.ts';
import type { RunReference, RunReferences } from '../ledger/run-references.ts';
import type { TurnRecord } from '../record/record.ts';

/** Blocks `from` to `to` (exclusive) of a prompt: the one at `from + i` lay at depth `newer + 1 + i` of an LRU stack. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly newer: number;
}

/** How far back the blocks of a prompt were last used, in distinct blocks. */
export interface Distances {
  readonly blockTokens: number;
  readonly promptBlocks: number;
  readonly stretches: readonly Stretch[];
}

/** Of each request whose blocks are known, where an LRU cache of any size would have had them. */
export function distancesOf({
  references,
  blockTokens,
}: RunReferences): ReadonlyMap<TurnRecord, Distances> {
  const caches = new Map<unknown, Recency>();
  return new Map(
    references.map((reference) => {
      const { cacheKey, record } = reference;
      let cache = caches.get(cacheKey);
      if (!cache) caches.set(cacheKey, (cache = new Recency()));
      return [record, touched(cache, reference, blockTokens)];
    }),
  );
}

function touched(
  cache: Recency,
  { names, promptBlocks }: RunReference,
  blockTokens: number,
): Distances {
  const stretches: Stretch[] = [];
  cache.touch(names, (from, to, newer) => stretches.push({ from, to, newer }));
  return { blockTokens, promptBlocks, stretches };
}

/** Tokens of its leading blocks that a cache of so many blocks had. */
export function tokensWithin({ stretches, promptBlocks, blockTokens }: Distances, blocks: number) {
  let found = 0;
  for (const { from, to, newer } of stretches) {
    const within = Math.min(to - from, Math.max(0, blocks - newer));
    found = from + within;
    if (within < to - from) break;
  }
  return Math.min(found, promptBlocks) * blockTokens;
}

/** How many blocks a cache would have had to hold to have this one of the prompt, from 0; undefined: nobody used it before. */
export function distanceOf({ stretches, promptBlocks }: Distances, block: number) {
  const stretch = stretches.find(({ from, to }) => block >= from && block < to);
  return stretch && block < promptBlocks ? stretch.newer + 1 + block - stretch.from : undefined;
}
