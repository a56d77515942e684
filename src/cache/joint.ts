import type { Hits } from './hit-curve.ts';
import type { Stretches } from './stretches.ts';

export interface JointOptions {
  readonly blockTokens: number;
  readonly capacitiesBlocks: readonly number[];
  /** Ascending; a block as old as that is gone, and a hit refreshes it. */
  readonly ttlsMs: readonly number[];
  /** When each request was, by its place. */
  readonly atMs: (place: number) => number;
  readonly isCounted: (place: number) => boolean;
}

/** What LRU caches of these sizes find that also forget after these times: a row for each time, exactly. */
export function jointHits(stretches: Stretches, options: JointOptions): Hits[][] {
  const { blockTokens, capacitiesBlocks, ttlsMs, atMs, isCounted } = options;
  const found = ttlsMs.map(() => capacitiesBlocks.map(() => ({ blocks: 0, tokens: 0 })));
  for (const { request, by, newer, blocks, lastTokens } of stretches) {
    if (blocks === 0 || !isCounted(request)) continue;
    const ageMs = atMs(request) - atMs(by);
    const first = ttlsMs.findIndex((ttlMs) => ageMs < ttlMs);
    if (first < 0) continue;
    for (let index = 0; index < capacitiesBlocks.length; index++) {
      const within = Math.min(blocks, capacitiesBlocks[index]! - newer);
      if (within <= 0) continue;
      const hits = found[first]![index]!;
      hits.blocks += within;
      hits.tokens += (within - 1) * blockTokens + (within === blocks ? lastTokens : blockTokens);
    }
  }
  // What lives for so long lives for longer too.
  for (let index = 1; index < found.length; index++) {
    for (const [at, hits] of found[index]!.entries()) {
      hits.blocks += found[index - 1]![at]!.blocks;
      hits.tokens += found[index - 1]![at]!.tokens;
    }
  }
  return found;
}
