import type { Clock } from '../../base/clock.ts';
import { type Asker, type Content, type EngineEvents, type Eviction, tellerOf } from '../events.ts';
import { FINDS_MAX, Finds } from './finds.ts';

/** What is to be known about the uses of a memory's content. */
export interface Watch {
  readonly clock: Pick<Clock, 'now'>;
  /** Content that nobody used for so long is forgotten; default: never. */
  readonly ageMs?: number | undefined;
  /** Told what is stored and evicted. */
  readonly events?: readonly EngineEvents[];
}

/** The memory that is watched. */
export type Place = Pick<Content, 'tier' | 'blocks'> & {
  /** Slots are numbered below it. */
  readonly slots: number;
};

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * When the content of slots was stored and last used, and by whom, over typed arrays: for memories that forget
 * by age, and for those who hear of evictions. Where there is neither there is no such account.
 */
export class Uses {
  readonly #clock: Watch['clock'];
  readonly #ageMs: number;
  readonly #storedMs: Float64Array;
  readonly #usedMs: Float64Array;
  readonly #users: (Asker | undefined)[];
  readonly #finds: Finds | undefined;
  readonly #told: EngineEvents['evicted'];
  /** What listeners are told: the owner of the slots fills in what it holds. */
  readonly eviction: Writable<Eviction>;

  constructor({ tier, blocks, slots }: Place, { clock, ageMs = Infinity, events = [] }: Watch) {
    this.#clock = clock;
    this.#ageMs = ageMs;
    this.#storedMs = new Float64Array(slots);
    this.#usedMs = new Float64Array(slots);
    this.#users = Array<Asker | undefined>(slots).fill(undefined);
    this.#told = tellerOf(events, 'evicted');
    this.#finds = tier === 'gpu' && this.#told ? new Finds(slots) : undefined;
    this.eviction = {
      ...{ tier, blocks, slot: 0, low: 0, high: 0, isLast: true },
      ...{ atMs: 0, storedMs: 0, usedMs: 0, finds: 0, foundMs: new Float64Array(FINDS_MAX) },
      ...{ owner: undefined, by: undefined },
    };
  }

  now(): number {
    return this.#clock.now();
  }

  store(slot: number, atMs: number): void {
    this.#storedMs[slot] = atMs;
    this.#finds?.clear(slot);
  }

  find(slot: number, atMs: number): void {
    this.#finds?.add(slot, atMs);
  }

  use(slot: number, by: Asker | undefined, atMs: number): void {
    this.#usedMs[slot] = atMs;
    this.#users[slot] = by;
  }

  isOver(slot: number): boolean {
    return this.#ageMs < Infinity && this.now() - this.#usedMs[slot]! > this.#ageMs;
  }

  /** Somebody is told of this slot's eviction, since its content is not too old to count as lost. */
  isTold(slot: number): boolean {
    return this.#told !== undefined && !this.isOver(slot);
  }

  /** Tells who listens, once `eviction` says what was lost. */
  tell(slot: number, by: Asker | undefined): void {
    const { eviction } = this;
    eviction.slot = slot;
    eviction.atMs = this.now();
    eviction.storedMs = this.#storedMs[slot]!;
    eviction.usedMs = this.#usedMs[slot]!;
    eviction.finds = this.#finds?.copyTo(eviction.foundMs, slot) ?? 0;
    eviction.owner = this.#users[slot];
    eviction.by = by;
    this.#told!(eviction);
  }
}

/** The account of a memory's uses, if anybody wants one. */
export function usesOf(place: Place, watch: Watch | undefined): Uses | undefined {
  const isWanted = watch?.ageMs !== undefined || watch?.events?.some(({ evicted }) => evicted);
  return isWanted ? new Uses(place, watch!) : undefined;
}
