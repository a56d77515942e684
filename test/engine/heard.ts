import type { Asker, EngineEvents, Memory } from '../../src/engine/events.ts';

/** An eviction as it was told. */
export interface Told {
  readonly tier: Memory['tier'];
  readonly blocks: number;
  readonly low: number;
  readonly high: number;
  readonly isLast: boolean;
  readonly atMs: number;
  readonly storedMs: number;
  readonly usedMs: number;
  readonly foundMs: readonly number[];
  readonly owner: Asker | undefined;
  readonly by: Asker | undefined;
}

/** Hears everything that an engine tells about content, and keeps account of what is where. */
export class Heard implements EngineEvents {
  readonly evictions: Told[] = [];
  storedCount = 0;
  /** Names by memory and slot. */
  readonly #held = new Map<string, string>();
  readonly #isWhole: boolean;

  /** `isWhole`: content leaves by eviction alone, so that a slot is stored to only when it is empty. */
  constructor({ isWhole = true } = {}) {
    this.#isWhole = isWhole;
  }

  stored(memory: Memory, slot: number): void {
    const place = `${memory.tier} ${slot}`;
    if (this.#isWhole && this.#held.has(place)) throw new Error(`${place} is stored to twice`);
    this.#held.set(place, `${memory.lowOf(slot)} ${memory.highOf(slot)}`);
    this.storedCount++;
  }

  evicted(memory: Memory, slot: number, by: Asker | undefined): void {
    const { tier, blocks } = memory;
    const [low, high] = [memory.lowOf(slot), memory.highOf(slot)];
    const place = `${tier} ${slot}`;
    if (this.#held.get(place) !== `${low} ${high}`) {
      throw new Error(`${place} did not hold what it lost`);
    }
    this.#held.delete(place);
    const finds = Array.from({ length: memory.findsOf(slot) }, (_, i) => memory.foundMs(slot, i));
    this.evictions.push({
      ...{ tier, blocks, low, high, by, owner: memory.ownerOf(slot), foundMs: finds },
      ...{ atMs: memory.now(), storedMs: memory.storedMs(slot), usedMs: memory.usedMs(slot) },
      isLast: memory.isLast(slot),
    });
  }

  /** Names that a memory holds. */
  names(tier: Memory['tier']): string[] {
    return [...this.#held].flatMap(([place, name]) => (place.startsWith(`${tier} `) ? [name] : []));
  }

  of(tier: Memory['tier']): Told[] {
    return this.evictions.filter((eviction) => eviction.tier === tier);
  }
}
