import type { Asker } from '../events.ts';
import type { Sequence } from '../schedule/sequence.ts';
import { type ChunkName, chunkName } from './chunk-name.ts';
import type { Sightings } from './sightings.ts';
import type { Tier } from './tier.ts';
import type { OffloadShape, Writes } from './writes.ts';

export interface WriteThroughOptions {
  readonly shape: OffloadShape;
  /** From the GPU down. */
  readonly tiers: readonly Tier[];
  readonly promptOnly: boolean;
  /** undefined: chunks are stored at first sight. */
  readonly sightings: Sightings | undefined;
  /** A copy that the sequence's blocks were held for is complete. */
  readonly onStored: (sequence: Sequence) => void;
}

interface Copy {
  /** Of the tier that is copied to. */
  readonly slots: readonly number[];
  /** Makes all of the chain the most recently used of these tiers. */
  readonly touch: (tiers: readonly Tier[]) => void;
  /** Whose chain it is. */
  readonly asker: Asker | undefined;
}

/**
 * Inclusive tiers, as vLLM's OffloadingConnector fills them: every chunk is copied to the first tier once
 * all of it is computed, and from there to the next. A chunk for which no room can be made is skipped (vLLM
 * skips all chunks of the step then, which differs where copies are slow or a tier is smaller than a step).
 */
export class WriteThrough implements Writes {
  readonly #options: WriteThroughOptions;
  storedBytes = 0;
  skippedStores = 0;
  deferredStores = 0;

  constructor(options: WriteThroughOptions) {
    this.#options = options;
  }

  computed(sequence: Sequence, computedTokens: number): void {
    const { promptOnly, shape } = this.#options;
    const { promptTokens } = sequence;
    const tokens = promptOnly ? Math.min(computedTokens, promptTokens) : computedTokens;
    const end = Math.floor(tokens / shape.chunkTokens);
    if (end <= sequence.offeredChunks) return;
    const slots = this.#reserve(sequence, end);
    sequence.offeredChunks = end;
    const touch = (tiers: readonly Tier[]): void =>
      touchChain(tiers, sequence, { chunks: end, chunkBlocks: shape.chunkBlocks });
    touch(this.#options.tiers);
    if (slots.length === 0) return;
    sequence.pendingCopies++;
    const { asker } = sequence;
    this.#copy(0, { slots, touch, asker }, () => this.#options.onStored(sequence));
  }

  flush(): void {}

  /** Slots of the first tier for those chunks that are not there yet. */
  #reserve(sequence: Sequence, end: number): number[] {
    const { shape, tiers, sightings } = this.#options;
    const slots: number[] = [];
    for (let chunk = sequence.offeredChunks; chunk < end; chunk++) {
      const name = chunkName(sequence, chunk, shape.chunkBlocks);
      if (tiers[0]!.cache.find(name.low, name.high) !== 0) continue;
      if (sightings && !sightings.isEnough(name)) {
        this.deferredStores++;
        continue;
      }
      const slot = this.#slotIn(tiers[0]!, name, sequence.asker);
      if (slot !== 0) slots.push(slot);
    }
    return slots;
  }

  /** 0 if there is no room. */
  #slotIn({ cache }: Tier, { low, high }: ChunkName, asker: Asker | undefined): number {
    const slot = cache.add(low, high, asker);
    if (slot === 0) this.skippedStores++;
    else cache.pin(slot);
    return slot;
  }

  /** Copies to this tier, whose slots are pinned, and from there to the next. */
  #copy(level: number, copy: Copy, onDone: () => void): void {
    const { slots } = copy;
    const { tiers, shape } = this.#options;
    const { cache, write } = tiers[level]!;
    const bytes = slots.length * shape.chunkBytes;
    if (level === 0) this.storedBytes += bytes;
    write.send(bytes, () => {
      for (const slot of slots) cache.arrived(slot);
      this.#copyDown(level, copy);
      for (const slot of slots) cache.unpin(slot);
      onDone();
    });
  }

  #copyDown(level: number, { slots, touch, asker }: Copy): void {
    const below = this.#options.tiers[level + 1];
    if (!below) return;
    const { cache } = this.#options.tiers[level]!;
    const copied = slots.filter((slot) => {
      const { low, high } = cache.nameOf(slot);
      return cache.has(slot) && below.cache.find(low, high) === 0;
    });
    const slotsBelow: number[] = [];
    const sources: number[] = [];
    for (const slot of copied) {
      const slotBelow = this.#slotIn(below, cache.nameOf(slot), asker);
      if (slotBelow === 0) continue;
      slotsBelow.push(slotBelow);
      sources.push(slot);
      cache.pin(slot);
    }
    if (sources.length === 0) return;
    // New slots are in the order of the chain, whose tail is to go first.
    touch([below]);
    this.#copy(level + 1, { slots: slotsBelow, touch, asker }, () => {
      for (const slot of sources) cache.unpin(slot);
    });
  }
}

/** Makes a chain's chunks the most recently used, the first of them last: so the tail goes first. */
export function touchChain(
  tiers: readonly Tier[],
  sequence: Sequence,
  { chunks, chunkBlocks }: { readonly chunks: number; readonly chunkBlocks: number },
): void {
  for (const { cache } of tiers) {
    for (let chunk = chunks - 1; chunk >= 0; chunk--) {
      const { low, high } = chunkName(sequence, chunk, chunkBlocks);
      const slot = cache.find(low, high);
      if (slot !== 0) cache.touch(slot, sequence.asker);
    }
  }
}
