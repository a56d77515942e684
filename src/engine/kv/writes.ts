import type { Sequence } from '../schedule/sequence.ts';

export interface OffloadShape {
  readonly blockTokens: number;
  readonly chunkTokens: number;
  readonly chunkBlocks: number;
  readonly chunkBytes: number;
}

/** How chunks get into the tiers. */
export interface Writes {
  readonly storedBytes: number;
  readonly skippedStores: number;
  readonly deferredStores: number;
  /** More of the sequence has been computed. */
  computed(sequence: Sequence): void;
  /** Starts the transfers of what was evicted since the last time. */
  flush(): void;
}
