import type { Asker } from '../events.ts';
import { BlockIndex } from './block-index.ts';
import { SlotList } from './slot-list.ts';
import { type Uses, usesOf, type Watch } from './uses.ts';

/**
 * The KV cache of one engine: blocks that are referenced by running requests, or free. A free block
 * keeps its content and its name until it is taken again, which is the only eviction there is.
 * The rules are vLLM v1's (`v1/core/block_pool.py`): chains are freed tail first; a named block goes
 * to the end of the free list and an unnamed one to its front, where blocks are taken. So residents
 * are always closed under ancestors, and eviction is least recently used, leaves first.
 * Blocks are numbered from 1; block 0 is vLLM's null block.
 */
export class BlockPool {
  readonly #index: BlockIndex;
  readonly #free: SlotList;
  readonly #references: Int32Array;
  readonly #uses: Uses | undefined;
  /** Blocks that requests can use: one less than the engine has. */
  readonly usableBlocks: number;

  /** `blockCount` includes the null block. */
  constructor(blockCount: number, watch?: Watch) {
    this.usableBlocks = blockCount - 1;
    this.#index = new BlockIndex(blockCount);
    this.#free = new SlotList(blockCount);
    this.#references = new Int32Array(blockCount);
    const place = { tier: 'gpu', blocks: 1, slots: blockCount, index: this.#index } as const;
    this.#uses = usesOf(place, watch);
    for (let block = 1; block < blockCount; block++) this.#free.append(block);
  }

  /** Unreferenced blocks, with or without reusable content. */
  get freeBlocks(): number {
    return this.#free.length;
  }

  isReferenced(block: number): boolean {
    return this.#references[block]! > 0;
  }

  /** Writes the longest leading run of resident blocks of a chain, at most `limit`, and returns its length. */
  lookup(names: Int32Array, limit: number, blocks: Int32Array): number {
    for (let i = 0; i < limit; i++) {
      const block = this.#find(names[2 * i]!, names[2 * i + 1]!);
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
    const uses = this.#uses;
    const nowMs = uses ? uses.now() : 0;
    for (let i = 0; i < count; i++) {
      const block = blocks[i]!;
      if (this.#references[block]!++ === 0) this.#free.remove(block);
      uses?.find(block, nowMs);
    }
  }

  /** Fills `blocks[from..to)` from the front of the free list. The caller has seen that there are enough. */
  take(blocks: Int32Array, from: number, to: number, by?: Asker): void {
    const uses = this.#uses;
    const nowMs = uses ? uses.now() : 0;
    for (let i = from; i < to; i++) {
      const block = this.#free.first;
      this.#free.remove(block);
      if (this.#index.has(block)) {
        this.#index.remove(block);
        uses?.lost(block, by);
      }
      uses?.store(block, by, nowMs);
      this.#references[block] = 1;
      blocks[i] = block;
    }
  }

  /** Makes the content of `blocks[from..to)` known by the chain's names, for lookups from now on. */
  publish(blocks: Int32Array, names: Int32Array, from: number, to: number, by?: Asker): void {
    for (let i = from; i < to; i++) {
      this.#index.add(blocks[i]!, names[2 * i]!, names[2 * i + 1]!);
      this.#uses?.named(blocks[i]!, by);
    }
  }

  /** Gives up a chain's first `count` blocks, the tail first. */
  release(blocks: Int32Array, count: number, by?: Asker): void {
    const uses = this.#uses;
    const nowMs = uses ? uses.now() : 0;
    for (let i = count - 1; i >= 0; i--) {
      const block = blocks[i]!;
      if (--this.#references[block]! > 0) continue;
      uses?.use(block, by, nowMs);
      if (this.#index.has(block)) this.#free.append(block);
      else this.#free.prepend(block);
    }
  }

  /** Caches a chain's first `count` blocks as if a request had computed them, as far as there are free blocks. */
  insert(names: Int32Array, count: number, by?: Asker): void {
    const blocks = new Int32Array(count);
    const held = this.lookup(names, count, blocks);
    this.touch(blocks, held);
    const end = Math.min(count, held + this.freeBlocks);
    this.take(blocks, held, end, by);
    this.publish(blocks, names, held, end, by);
    this.release(blocks, end, by);
  }

  /** Forgets all content; false, and nothing done, while any block is in use. */
  reset(): boolean {
    if (this.freeBlocks < this.usableBlocks) return false;
    this.#index.clear();
    return true;
  }

  #find(low: number, high: number): number {
    for (;;) {
      const block = this.#index.find(low, high);
      if (block === 0 || !this.#uses || this.isReferenced(block)) return block;
      if (!this.#uses.isOver(block)) return block;
      this.#index.remove(block);
    }
  }
}
