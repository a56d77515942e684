import type { Sequence } from '../schedule/sequence.ts';
import type { BlockName } from './block-index.ts';

/** A chunk of KV is called as its last block is: names are chained, so that one says what comes before it. */
export type ChunkName = BlockName;

export function chunkName({ names }: Sequence, chunk: number, chunkBlocks: number): ChunkName {
  const last = (chunk + 1) * chunkBlocks - 1;
  return { low: names[2 * last]!, high: names[2 * last + 1]! };
}

/** The first 53 bits of a name, as a key of a Map or Set. */
export function nameKey({ low, high }: ChunkName): number {
  return (low >>> 0) * 2 ** 21 + (high >>> 11);
}
