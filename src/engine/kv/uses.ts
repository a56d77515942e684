import type { Clock } from '../../base/clock.ts';
import { type Asker, type EngineEvents, type Memory, tellerOf } from '../events.ts';
import type { BlockIndex } from './block-index.ts';
import { Finds } from './finds.ts';
import { Owners } from './owners.ts';

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

/** What is kept of a slot, side by side: numbers that are needed together, from one cache line. */
const STORED_MS = 0;
const USED_MS = 1;
/** As of `Owners`. */
const OWNER = 2;
/** How often it was found again since it was stored. */
const FOUND = 3;
const FIELDS = 4;

/**
 * When the content of slots was stored and last used, and by whom, over typed arrays: for memories that forget
 * by age, and for those who hear of evictions. Where there is neither there is no such account.
 */
export class Uses implements Memory {
  readonly tier: Memory['tier'];
  readonly blocks: number;
  readonly #index: BlockIndex;
  readonly #clock: Watch['clock'];
  readonly #ageMs: number;
  readonly #kept: Float64Array;
  readonly #owners: Owners;
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
    this.#kept = new Float64Array(FIELDS * slots);
    this.#owners = new Owners(slots);
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
    return this.#kept[FIELDS * slot + STORED_MS]!;
  }

  usedMs(slot: number): number {
    return this.#kept[FIELDS * slot + USED_MS]!;
  }

  ownerOf(slot: number): Asker | undefined {
    return this.#owners.of(this.#kept[FIELDS * slot + OWNER]!);
  }

  findsOf(slot: number): number {
    return this.#finds?.known(this.#kept[FIELDS * slot + FOUND]!) ?? 0;
  }

  foundMs(slot: number, i: number): number {
    return this.#finds!.timeOf(slot, this.#kept[FIELDS * slot + FOUND]!, i);
  }

  store(slot: number, atMs: number): void {
    this.#kept[FIELDS * slot + STORED_MS] = atMs;
    this.#kept[FIELDS * slot + FOUND] = 0;
  }

  find(slot: number, atMs: number): void {
    this.#finds?.add(slot, this.#kept[FIELDS * slot + FOUND]!++, atMs);
  }

  use(slot: number, by: Asker | undefined, atMs: number): void {
    const at = FIELDS * slot;
    this.#kept[at + USED_MS] = atMs;
    this.#kept[at + OWNER] = this.#owners.changed(this.#kept[at + OWNER]!, by);
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
