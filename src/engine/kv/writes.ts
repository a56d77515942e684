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
  /** So many tokens of the sequence are computed. */
  computed(sequence: Sequence, tokens: number): void;
  /** Starts the transfers of what was evicted since the last time. */
  flush(): void;
}
