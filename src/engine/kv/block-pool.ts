import { BlockIndex } from './block-index.ts';

/**
 * The KV cache of one engine: blocks that are referenced by running requests, or free. A free block
 * keeps its content and its name until it is taken again, which is the only eviction there is.
 * The rules are vLLM v1's (`v1/core/block_pool.py`): chains are freed tail first; a named block goes
 * to the end of the free list and an unnamed one to its front, where blocks are taken. So residents
 * are always closed under ancestors, and eviction is least recently used, leaves first.
 * Blocks are numbered from 1; block 0 is vLLM's null block, here the ends of the free list.
 */
export class BlockPool {
  readonly #index: BlockIndex;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #references: Int32Array;
  #free = 0;
  /** Blocks that requests can use: one less than the engine has. */
  readonly usableBlocks: number;

  /** `blockCount` includes the null block. */
  constructor(blockCount: number) {
    this.usableBlocks = blockCount - 1;
    this.#index = new BlockIndex(blockCount);
    this.#next = new Int32Array(blockCount);
    this.#previous = new Int32Array(blockCount);
    this.#references = new Int32Array(blockCount);
    for (let block = 1; block < blockCount; block++) this.#insertBefore(0, block);
  }

  /** Unreferenced blocks, with or without reusable content. */
  get freeBlocks(): number {
    return this.#free;
  }

  isReferenced(block: number): boolean {
    return this.#references[block]! > 0;
  }

  /** Writes the longest leading run of resident blocks of a chain, at most `limit`, and returns its length. */
  lookup(names: Int32Array, limit: number, blocks: Int32Array): number {
    for (let i = 0; i < limit; i++) {
      const block = this.#index.find(names[2 * i]!, names[2 * i + 1]!);
      if (block === 0) return i;
      blocks[i] = block;
    }
    return limit;
  }

  /** How many of the first `count` blocks are free: touching them uses up that much room. */
  freeAmong(blocks: Int32Array, count: number): number {
    let free = 0;
    for (let i = 0; i < count; i++) if (!this.isReferenced(blocks[i]!)) free++;
    return free;
  }

  /** References resident blocks, which keeps them from being taken. */
  touch(blocks: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const block = blocks[i]!;
      if (this.#references[block]!++ === 0) this.#unlink(block);
    }
  }

  /** Fills `blocks[from..to)` from the front of the free list. The caller has seen that there are enough. */
  take(blocks: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const block = this.#next[0]!;
      this.#unlink(block);
      if (this.#index.has(block)) this.#index.remove(block);
      this.#references[block] = 1;
      blocks[i] = block;
    }
  }

  /** Makes the content of `blocks[from..to)` known by the chain's names, for lookups from now on. */
  publish(blocks: Int32Array, names: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#index.add(blocks[i]!, names[2 * i]!, names[2 * i + 1]!);
  }

  /** Gives up a chain's first `count` blocks, the tail first. */
  release(blocks: Int32Array, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      const block = blocks[i]!;
      if (--this.#references[block]! > 0) continue;
      this.#insertBefore(this.#index.has(block) ? 0 : this.#next[0]!, block);
    }
  }

  /** Forgets all content; false, and nothing done, while any block is in use. */
  reset(): boolean {
    if (this.#free < this.usableBlocks) return false;
    this.#index.clear();
    return true;
  }

  #insertBefore(successor: number, block: number): void {
    const predecessor = this.#previous[successor]!;
    this.#next[predecessor] = block;
    this.#previous[block] = predecessor;
    this.#next[block] = successor;
    this.#previous[successor] = block;
    this.#free++;
  }

  #unlink(block: number): void {
    const next = this.#next[block]!;
    const previous = this.#previous[block]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#free--;
  }
}
