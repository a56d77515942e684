/** What tiers are made of, from the GPU down. */
export const MEDIA = ['cpu', 'disk', 'remote'] as const;

export type Medium = (typeof MEDIA)[number];

/** What the tiers below the GPU have done so far: monotonic, but for the shares. */
export interface OffloadStats {
  /** Tokens looked up there at first admissions, those found on the GPU left out; and those found. */
  readonly queryTokens: number;
  readonly hitTokens: number;
  /** Towards the GPU, and away from it, over the link of the first tier. */
  readonly loadedBytes: number;
  readonly storedBytes: number;
  /** Time that this link was busy. */
  readonly loadMs: number;
  readonly storeMs: number;
  /** Chunks that were not stored, for want of room. */
  readonly skippedStores: number;
  /** Chunks that were not stored, for being seen too rarely. */
  readonly deferredStores: number;
  /** From the GPU down. */
  readonly tiers: readonly TierStats[];
}

export interface TierStats {
  readonly medium: Medium;
  /** Share of its capacity that holds chunks, 0 to 1. */
  readonly usedShare: number;
  /** Share of its capacity that transfers under way hold, 0 to 1. */
  readonly pinnedShare: number;
  readonly chunkQueries: number;
  readonly chunkHits: number;
}
