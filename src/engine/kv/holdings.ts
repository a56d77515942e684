import type { Sequence } from '../schedule/sequence.ts';
import type { BlockPool } from './block-pool.ts';

export interface HoldingOptions {
  readonly blockTokens: number;
  readonly prefixCaching: boolean;
  /** What it has computed is made known when it gives its blocks up, not before. */
  readonly isLate?: boolean;
}

/** Which blocks of the pool sequences hold: found, taken, made known to others, and given up. */
export class Holdings {
  readonly #pool: BlockPool;
  readonly #options: HoldingOptions;

  constructor(pool: BlockPool, options: HoldingOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Full blocks at the start of the sequence that are cached. The last known token is always computed. */
  lookup(sequence: Sequence): number {
    const { blockTokens, prefixCaching } = this.#options;
    if (!prefixCaching) return 0;
    const limit = Math.floor((sequence.knownTokens - 1) / blockTokens);
    return this.#pool.lookup(sequence.names, limit, sequence.blocks);
  }

  /** Whether all known tokens have room, the first `hits` blocks being those that a lookup just found. */
  fits(sequence: Sequence, hits: number): boolean {
    const needed = this.#blocksFor(sequence.knownTokens) - hits;
    // Hits that nobody holds are not free for others any more once it is admitted.
    return needed + this.#pool.freeAmong(sequence.blocks, hits) <= this.#pool.freeBlocks;
  }

  /** So many blocks are missing for the first `tokens` of the sequence. */
  isShort(sequence: Sequence, tokens: number): boolean {
    return this.#blocksFor(tokens) - sequence.blockCount > this.#pool.freeBlocks;
  }

  /** Hits are referenced before new blocks are taken, so that they are not evicted for their own request. */
  hold(sequence: Sequence, hits: number): void {
    this.#pool.touch(sequence.blocks, hits);
    sequence.blockCount = hits;
    sequence.publishedBlocks = hits;
    sequence.computedTokens = hits * this.#options.blockTokens;
  }

  /** Takes blocks for the first `tokens`, where it does not hold them already. */
  take(sequence: Sequence, tokens: number): void {
    const count = this.#blocksFor(tokens);
    if (count <= sequence.blockCount) return;
    this.#pool.take(sequence.blocks, sequence.blockCount, count, sequence.asker);
    sequence.blockCount = count;
  }

  /** Makes the full blocks of its first `tokens` visible to lookups from now on. */
  publish(sequence: Sequence, tokens: number): void {
    if (!this.#options.isLate) this.#publish(sequence, tokens);
  }

  release(sequence: Sequence): void {
    if (this.#options.isLate) this.#publish(sequence, sequence.computedTokens);
    this.#pool.release(sequence.blocks, sequence.blockCount, sequence.asker);
    sequence.blockCount = 0;
    sequence.publishedBlocks = 0;
  }

  #publish(sequence: Sequence, tokens: number): void {
    if (!this.#options.prefixCaching) return;
    const full = Math.floor(tokens / this.#options.blockTokens);
    const { blocks, names, publishedBlocks, asker } = sequence;
    this.#pool.publish(blocks, names, publishedBlocks, full, asker);
    sequence.publishedBlocks = full;
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#options.blockTokens);
  }
}
