import type { Clock } from '../../base/clock.ts';
import { type Asker, type EngineEvents, tellerOf } from '../events.ts';
import type { Sequence } from '../schedule/sequence.ts';
import { type ChunkName, chunkName, nameKey } from './chunk-name.ts';
import type { OffloadStats } from './offload-stats.ts';
import { Sightings } from './sightings.ts';
import { Tier, type TierSettings } from './tier.ts';
import { Victims } from './victims.ts';
import { touchChain, WriteThrough } from './write-through.ts';
import type { OffloadShape, Writes } from './writes.ts';

export interface OffloadSettings {
  readonly shape: OffloadShape;
  readonly inclusive: boolean;
  readonly promptOnly: boolean;
  readonly storeThreshold: number;
  /** Whether a request loads nothing, whatever there is; by its number. */
  readonly isUnloaded?: ((request: number) => boolean) | undefined;
  /** From the GPU down. */
  readonly tiers: readonly TierSettings[];
}

export interface OffloadContext {
  readonly clock: Clock;
  /** Content that nobody used for so long is forgotten; undefined: never. */
  readonly ageMs: number | undefined;
  readonly events: readonly EngineEvents[];
  /** A copy that the sequence's blocks were held for is complete. */
  readonly onStored: (sequence: Sequence) => void;
}

/** What a load brings, in the GPU's blocks. */
export interface LoadedFrom {
  readonly hostBlocks: number;
  readonly storageBlocks: number;
}

/** Some of the wanted chunks are on their way to the GPU for another request: ask again later. */
export const ON_THEIR_WAY = -1;

interface Found {
  readonly level: number;
  readonly slot: number;
}

/**
 * KV below the GPU, as vLLM's OffloadingConnector keeps it (`offloading/scheduler.py`): a lookup makes all
 * of the request's chunks the most recently used, and finds the longest run of them after what the GPU
 * has. What is found is copied up while other requests go on. What comes from a lower tier passes through
 * the tiers above it, one copy after the other, and stays there where tiers are inclusive.
 */
export class Offload {
  readonly #settings: OffloadSettings;
  readonly #tiers: readonly Tier[];
  /** undefined where chunks are stored at first sight. */
  readonly #sightings: Sightings | undefined;
  readonly #writes: Writes;
  readonly #victims: Victims | undefined;
  /** Keys of chunks on their way to the GPU. */
  readonly #loading = new Set<number>();
  /** What the last match has found. */
  #found: Found[] = [];
  #queryTokens = 0;
  #hitTokens = 0;
  #loadedBytes = 0;

  constructor(settings: OffloadSettings, context: OffloadContext) {
    const { shape, promptOnly, inclusive, storeThreshold } = settings;
    const { clock, ageMs, onStored } = context;
    this.#settings = settings;
    this.#sightings = storeThreshold > 1 ? new Sightings(storeThreshold) : undefined;
    this.#tiers = settings.tiers.map((tier, level) => {
      const events = [...context.events, ...this.#movingTo(level + 1)];
      const links = level === 0 ? toldLinks(tier, context.events) : tier;
      return new Tier(clock, links, shape.chunkBlocks, { clock, ageMs, events });
    });
    this.#victims = inclusive ? undefined : new Victims(shape, this.#tiers);
    const sightings = this.#sightings;
    this.#writes =
      this.#victims ??
      new WriteThrough({ shape, tiers: this.#tiers, promptOnly, sightings, onStored });
  }

  get stats(): OffloadStats {
    const [top] = this.#tiers;
    return {
      queryTokens: this.#queryTokens,
      hitTokens: this.#hitTokens,
      loadedBytes: this.#loadedBytes,
      storedBytes: this.#writes.storedBytes,
      loadMs: top!.read.busyMs,
      storeMs: top!.write.busyMs,
      skippedStores: this.#writes.skippedStores,
      deferredStores: this.#writes.deferredStores,
      tiers: this.#tiers.map((tier) => tier.stats),
    };
  }

  /** What has to hear of every block that the GPU loses. */
  get gpuListeners(): readonly EngineEvents[] {
    return this.#movingTo(0);
  }

  /** Blocks that can be loaded after the first `hitBlocks`, which the GPU has; or ON_THEIR_WAY. */
  match(sequence: Sequence, hitBlocks: number): number {
    const { chunkBlocks, chunkTokens } = this.#settings.shape;
    const known = Math.floor(sequence.knownTokens / chunkTokens);
    const isFirst = !sequence.hasAsked;
    sequence.hasAsked = true;
    if (isFirst) this.#see(sequence, known);
    touchChain(this.#tiers, sequence, { chunks: known, chunkBlocks });
    // The last known token is always computed, so that there is something to sample from.
    const limit = Math.floor((sequence.knownTokens - 1) / chunkTokens);
    const first = Math.floor(hitBlocks / chunkBlocks);
    this.#found = [];
    if (this.#settings.isUnloaded?.(sequence.asker?.request ?? 0)) return 0;
    for (let chunk = first; chunk < limit; chunk++) {
      const name = chunkName(sequence, chunk, chunkBlocks);
      if (this.#loading.size > 0 && this.#loading.has(nameKey(name))) return ON_THEIR_WAY;
      const found = this.#find(name, isFirst);
      if (!found) break;
      this.#found.push(found);
    }
    return Math.max(0, (first + this.#found.length) * chunkBlocks - hitBlocks);
  }

  /** Loads what the match just made has found after the first `hitBlocks`, and says where from. */
  load({ asker }: Sequence, hitBlocks: number, onLoaded: () => void): LoadedFrom {
    const found = this.#found;
    const blocksOf = this.#blocksByLevel(found, hitBlocks);
    const release = this.#claim(found, asker);
    let left = blocksOf.filter((blocks) => blocks > 0).length;
    for (const [level, blocks] of blocksOf.entries()) {
      if (blocks === 0) continue;
      const { chunkBytes, chunkBlocks } = this.#settings.shape;
      const bytes = (blocks * chunkBytes) / chunkBlocks;
      this.#loadedBytes += bytes;
      this.#bringUp(level, bytes, () => {
        if (--left > 0) return;
        release();
        onLoaded();
      });
    }
    const sum = (isWanted: (tier: Tier) => boolean): number =>
      blocksOf.reduce(
        (all, blocks, level) => all + (isWanted(this.#tiers[level]!) ? blocks : 0),
        0,
      );
    return {
      hostBlocks: sum(({ medium }) => medium === 'cpu'),
      storageBlocks: sum(({ medium }) => medium !== 'cpu'),
    };
  }

  /** A request's first admission: it asked for so many tokens beyond the GPU's, and found those. */
  countAdmission(queryTokens: number, hitTokens: number): void {
    this.#queryTokens += queryTokens;
    this.#hitTokens += hitTokens;
  }

  /** So many of its tokens are; of one that is in several steps at once it has more under way. */
  computed(sequence: Sequence, tokens: number = sequence.computedTokens): void {
    this.#writes.computed(sequence, tokens);
  }

  flush(): void {
    this.#writes.flush();
  }

  reset(): void {
    for (const { cache } of this.#tiers) cache.clear();
  }

  /** Exclusive tiers: what the memory above this one evicts moves there. */
  #movingTo(level: number): EngineEvents[] {
    if (this.#settings.inclusive) return [];
    const evicted: EngineEvents['evicted'] = (memory, slot, by) =>
      this.#victims!.evicted(level, memory, slot, by);
    return [{ evicted }];
  }

  /** Of the first chunk only what the GPU lacks is copied. */
  #blocksByLevel(found: readonly Found[], hitBlocks: number): number[] {
    const { chunkBlocks } = this.#settings.shape;
    const blocks = this.#tiers.map(() => 0);
    for (const { level } of found) blocks[level]! += chunkBlocks;
    const [first] = found;
    if (first) blocks[first.level]! -= hitBlocks % chunkBlocks;
    return blocks;
  }

  #see(sequence: Sequence, chunks: number): void {
    if (!this.#sightings) return;
    const { chunkBlocks } = this.#settings.shape;
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.#sightings.see(chunkName(sequence, chunk, chunkBlocks));
    }
  }

  /** `isCounted`: in the tiers' statistics. */
  #find({ low, high }: ChunkName, isCounted: boolean): Found | undefined {
    for (const [level, tier] of this.#tiers.entries()) {
      if (isCounted) tier.chunkQueries++;
      const slot = tier.cache.find(low, high);
      if (slot === 0 || !tier.cache.isReady(slot)) continue;
      if (isCounted) tier.chunkHits++;
      return { level, slot };
    }
    return undefined;
  }

  /** Keeps what is being loaded from other requests and from eviction, or moves it. */
  #claim(found: readonly Found[], asker: Asker | undefined): () => void {
    const chunks = found.map(({ level, slot }) => {
      const { cache } = this.#tiers[level]!;
      const name = cache.nameOf(slot);
      this.#loading.add(nameKey(name));
      if (this.#settings.inclusive) cache.pin(slot);
      else cache.remove(slot);
      return { level, slot, name };
    });
    return () => {
      // The tail first, so that it is also the first to go.
      for (const { level, slot, name } of chunks.reverse()) {
        this.#loading.delete(nameKey(name));
        if (!this.#settings.inclusive) continue;
        this.#tiers[level]!.cache.unpin(slot);
        this.#promote(level, name, asker);
      }
    };
  }

  /** What came through the tiers above stays in them. */
  #promote(level: number, { low, high }: ChunkName, asker: Asker | undefined): void {
    for (const { cache } of this.#tiers.slice(0, level)) {
      if (cache.find(low, high) !== 0) continue;
      const slot = cache.add(low, high, asker);
      if (slot !== 0) cache.arrived(slot);
    }
  }

  #bringUp(level: number, bytes: number, onDone: () => void): void {
    this.#tiers[level]!.read.send(bytes, () => {
      if (level === 0) onDone();
      else this.#bringUp(level - 1, bytes, onDone);
    });
  }
}

/** The tier with links that tell what is sent over them. */
function toldLinks(tier: TierSettings, events: readonly EngineEvents[]): TierSettings {
  const transferred = tellerOf(events, 'transferred');
  if (!transferred) return tier;
  return {
    ...tier,
    read: { ...tier.read, onSent: (bytes) => transferred('load', bytes) },
    write: { ...tier.write, onSent: (bytes) => transferred('store', bytes) },
  };
}
