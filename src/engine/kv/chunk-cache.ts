import type { Asker } from '../events.ts';
import { BlockIndex, type BlockName } from './block-index.ts';
import type { Medium } from './offload-stats.ts';
import { SlotList } from './slot-list.ts';
import { type Uses, usesOf, type Watch } from './uses.ts';

export interface ChunkCacheOptions {
  readonly medium: Medium;
  readonly capacity: number;
  readonly chunkBlocks: number;
}

/** What moves down was used where it was, and by whom it was there: to move is not to be used. */
export interface Moved {
  readonly usedMs: number;
  readonly owner: Asker | undefined;
}

/**
 * Chunks of KV in one memory below the GPU, by name, least recently used first out. A chunk that is being
 * copied is pinned: it is not evicted. It is ready, and found, once its content has arrived.
 * Slots are numbered from 1.
 */
export class ChunkCache {
  readonly #index: BlockIndex;
  /** All slots with content, from the least recently used on. */
  readonly #used: SlotList;
  readonly #empty: SlotList;
  readonly #pins: Int32Array;
  readonly #ready: Uint8Array;
  readonly #uses: Uses | undefined;
  readonly capacity: number;
  #pinned = 0;

  constructor({ medium, capacity, chunkBlocks }: ChunkCacheOptions, watch?: Watch) {
    const slots = capacity + 1;
    this.capacity = capacity;
    this.#index = new BlockIndex(slots);
    this.#used = new SlotList(slots);
    this.#empty = new SlotList(slots);
    this.#pins = new Int32Array(slots);
    this.#ready = new Uint8Array(slots);
    this.#uses = usesOf({ tier: medium, blocks: chunkBlocks, slots, index: this.#index }, watch);
    for (let slot = 1; slot < slots; slot++) this.#empty.append(slot);
  }

  get length(): number {
    return this.#used.length;
  }

  /** The chunk of that name, ready or still arriving, or 0. */
  find(low: number, high: number): number {
    const slot = this.#index.find(low, high);
    if (slot === 0 || !this.#uses || this.#pins[slot]! > 0) return slot;
    if (!this.#uses.isOver(slot)) return slot;
    this.remove(slot);
    return 0;
  }

  isReady(slot: number): boolean {
    return this.#ready[slot] === 1;
  }

  /** Makes it the most recently used. */
  touch(slot: number, by: Asker | undefined, moved?: Moved): void {
    this.#used.remove(slot);
    this.#used.append(slot);
    this.#use(slot, by, moved);
  }

  /** A slot for a chunk that is to arrive, or 0 if all are pinned. There is none of that name. */
  add(low: number, high: number, by: Asker | undefined, moved?: Moved): number {
    if (this.#empty.length === 0 && !this.#evictOne(by)) return 0;
    const slot = this.#empty.first;
    this.#empty.remove(slot);
    this.#used.append(slot);
    this.#index.add(slot, low, high);
    this.#uses?.store(slot, by, this.#uses.now());
    this.#use(slot, by, moved);
    this.#uses?.named(slot, by);
    return slot;
  }

  /** Its content has arrived. */
  arrived(slot: number): void {
    this.#ready[slot] = 1;
  }

  /** Chunks that are pinned. */
  get pinned(): number {
    return this.#pinned;
  }

  pin(slot: number): void {
    if (this.#pins[slot]!++ === 0) this.#pinned++;
  }

  unpin(slot: number): void {
    if (--this.#pins[slot]! > 0) return;
    this.#pinned--;
    if (!this.has(slot)) this.#vacate(slot);
  }

  /** The slot is not pinned. */
  remove(slot: number): void {
    this.#index.remove(slot);
    this.#vacate(slot);
  }

  /** Whether its content is known by a name: not if it was forgotten while it was pinned. */
  has(slot: number): boolean {
    return this.#index.has(slot);
  }

  nameOf(slot: number): BlockName {
    return this.#index.nameOf(slot);
  }

  /** Forgets everything. What is pinned takes up its room until it no longer is. */
  clear(): void {
    for (let slot = this.#used.first; slot !== 0; ) {
      const next = this.#used.after(slot);
      if (this.#pins[slot] === 0) this.remove(slot);
      else if (this.has(slot)) this.#index.remove(slot);
      slot = next;
    }
  }

  #vacate(slot: number): void {
    this.#ready[slot] = 0;
    this.#used.remove(slot);
    this.#empty.append(slot);
  }

  #use(slot: number, by: Asker | undefined, moved: Moved | undefined): void {
    if (!this.#uses) return;
    if (moved) this.#uses.use(slot, moved.owner, moved.usedMs);
    else this.#uses.use(slot, by, this.#uses.now());
  }

  #evictOne(by: Asker | undefined): boolean {
    let slot = this.#used.first;
    while (slot !== 0 && this.#pins[slot]! > 0) slot = this.#used.after(slot);
    if (slot === 0) return false;
    this.remove(slot);
    this.#uses?.lost(slot, by);
    return true;
  }
}
