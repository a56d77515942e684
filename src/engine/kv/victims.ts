import type { Asker, Memory } from '../events.ts';
import type { Tier } from './tier.ts';
import type { OffloadShape, Writes } from './writes.ts';

/**
 * Exclusive tiers: what the memory above evicts moves down, and what is hit moves up again, so that
 * nothing is held twice and capacities add up. Victims of one scheduling step are one transfer.
 */
export class Victims implements Writes {
  readonly #shape: OffloadShape;
  readonly #tiers: readonly Tier[];
  /** Slots that wait for their transfer, tier by tier. */
  readonly #arriving: number[][];
  storedBytes = 0;
  skippedStores = 0;
  readonly deferredStores = 0;

  constructor(shape: OffloadShape, tiers: readonly Tier[]) {
    this.#shape = shape;
    this.#tiers = tiers;
    this.#arriving = tiers.map(() => []);
  }

  computed(): void {}

  /** The memory above `level` has no room for this any more. */
  evicted(level: number, memory: Memory, slotAbove: number, by: Asker | undefined): void {
    const tier = this.#tiers[level];
    // Content of which there is another copy is not lost.
    if (!tier || !memory.isLast(slotAbove)) return;
    const [low, high] = [memory.lowOf(slotAbove), memory.highOf(slotAbove)];
    const moved = { usedMs: memory.usedMs(slotAbove), owner: memory.ownerOf(slotAbove) };
    const known = tier.cache.find(low, high);
    if (known !== 0) {
      tier.cache.touch(known, by, moved);
      return;
    }
    const slot = tier.cache.add(low, high, by, moved);
    if (slot === 0) {
      this.skippedStores++;
      return;
    }
    tier.cache.pin(slot);
    this.#arriving[level]!.push(slot);
  }

  flush(): void {
    for (const [level, { cache, write }] of this.#tiers.entries()) {
      const slots = this.#arriving[level]!;
      if (slots.length === 0) continue;
      this.#arriving[level] = [];
      const bytes = slots.length * this.#shape.chunkBytes;
      if (level === 0) this.storedBytes += bytes;
      write.send(bytes, () => {
        for (const slot of slots) {
          cache.arrived(slot);
          cache.unpin(slot);
        }
      });
    }
  }
}
