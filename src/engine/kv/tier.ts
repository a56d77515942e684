import type { Clock } from '../../base/clock.ts';
import { ChunkCache } from './chunk-cache.ts';
import { Link, type LinkOptions } from './link.ts';
import type { Medium, TierStats } from './offload-stats.ts';
import type { Watch } from './uses.ts';

export interface TierSettings {
  readonly medium: Medium;
  readonly chunks: number;
  /** Towards the GPU. */
  readonly read: LinkOptions;
  /** Away from it. */
  readonly write: LinkOptions;
}

/** One memory below the GPU: what it holds, and the two directions of the link to the memory above it. */
export class Tier {
  readonly medium: Medium;
  readonly cache: ChunkCache;
  readonly read: Link;
  readonly write: Link;
  chunkQueries = 0;
  chunkHits = 0;

  constructor(clock: Clock, settings: TierSettings, chunkBlocks: number, watch: Watch) {
    const { medium, chunks: capacity } = settings;
    this.medium = medium;
    this.cache = new ChunkCache({ medium, capacity, chunkBlocks }, watch);
    this.read = new Link(clock, settings.read);
    this.write = new Link(clock, settings.write);
  }

  get stats(): TierStats {
    const { medium, cache, chunkQueries, chunkHits } = this;
    const usedShare = cache.length / cache.capacity;
    const pinnedShare = cache.pinned / cache.capacity;
    return { medium, usedShare, pinnedShare, chunkQueries, chunkHits };
  }
}
