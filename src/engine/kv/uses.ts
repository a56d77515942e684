import type { Clock } from '../../base/clock.ts';
import { type Asker, type EngineEvents, type Memory, tellerOf } from '../events.ts';
import type { BlockIndex } from './block-index.ts';
import { Finds } from './finds.ts';
import { Stamps } from './stamps.ts';

/** What is to be known about the uses of a memory's content. */
export interface Watch {
  readonly clock: Pick<Clock, 'now'>;
  /** Content that nobody used for so long is forgotten; default: never. */
  readonly ageMs?: number | undefined;
  /** Told what is stored and evicted. */
  readonly events?: readonly EngineEvents[];
}

/** The memory that is watched. */
export interface Place extends Pick<Memory, 'tier' | 'blocks'> {
  /** Slots are numbered below it. */
  readonly slots: number;
  readonly index: BlockIndex;
}

/**
 * When the content of slots was stored and last used, and by whom, by number: for memories that forget
 * by age, and for those who hear of evictions. Where there is neither there is no such account.
 */
export class Uses implements Memory {
  readonly tier: Memory['tier'];
  readonly blocks: number;
  readonly #index: BlockIndex;
  readonly #clock: Watch['clock'];
  readonly #ageMs: number;
  readonly #stored: Stamps;
  readonly #used: Stamps;
  readonly #finds: Finds | undefined;
  readonly #tellStored: EngineEvents['stored'];
  readonly #tellEvicted: EngineEvents['evicted'];

  constructor(place: Place, { clock, ageMs = Infinity, events = [] }: Watch) {
    const { tier, blocks, slots, index } = place;
    this.tier = tier;
    this.blocks = blocks;
    this.#index = index;
    this.#clock = clock;
    this.#ageMs = ageMs;
    this.#stored = new Stamps(slots);
    this.#used = new Stamps(slots);
    this.#tellStored = tellerOf(events, 'stored');
    this.#tellEvicted = tellerOf(events, 'evicted');
    this.#finds = tier === 'gpu' && this.#tellEvicted ? new Finds(slots) : undefined;
  }

  now(): number {
    return this.#clock.now();
  }

  lowOf(slot: number): number {
    return this.#index.lowOf(slot);
  }

  highOf(slot: number): number {
    return this.#index.highOf(slot);
  }

  isLast(slot: number): boolean {
    return this.#index.find(this.lowOf(slot), this.highOf(slot)) === 0;
  }

  storedMs(slot: number): number {
    return this.#stored.timeOf(slot);
  }

  usedMs(slot: number): number {
    return this.#used.timeOf(slot);
  }

  ownerOf(slot: number): Asker | undefined {
    return this.#used.askerOf(slot);
  }

  findsOf(slot: number): number {
    return this.#finds?.known(slot) ?? 0;
  }

  foundMs(slot: number, i: number): number {
    return this.#finds!.timeOf(slot, i);
  }

  store(slot: number, by: Asker | undefined, atMs: number): void {
    this.#stored.set(slot, by, atMs);
    this.#finds?.clear(slot);
  }

  find(slot: number, atMs: number): void {
    this.#finds?.add(slot, atMs);
  }

  use(slot: number, by: Asker | undefined, atMs: number): void {
    this.#used.set(slot, by, atMs);
  }

  isOver(slot: number): boolean {
    return this.#ageMs < Infinity && this.now() - this.usedMs(slot) > this.#ageMs;
  }

  /** Its content has its name. */
  named(slot: number, by: Asker | undefined): void {
    this.#tellStored?.(this, slot, by);
  }

  /** Its content has lost its place. What was too old is none that was lost. */
  lost(slot: number, by: Asker | undefined): void {
    if (this.#tellEvicted && !this.isOver(slot)) this.#tellEvicted(this, slot, by);
  }
}

/** The account of a memory's uses, if anybody wants one. */
export function usesOf(place: Place, watch: Watch | undefined): Uses | undefined {
  if (!watch) return undefined;
  const { ageMs, events = [] } = watch;
  const isWanted = ageMs !== undefined || events.some(({ stored, evicted }) => stored ?? evicted);
  return isWanted ? new Uses(place, watch) : undefined;
}
