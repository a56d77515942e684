import type { Asker } from '../events.ts';

const NONE = 0;

/**
 * Small numbers for who did something with the content of slots, and when: whole requests' slots have the same
 * one, each for as long as it is the last. A pointer and a time a slot would cost the garbage collector and
 * the processor's cache more than all else that is done with a block.
 */
export class Stamps {
  /** By number: who, when, and how many slots have it. Nobody at time 0, to begin with. */
  readonly #askers: (Asker | undefined)[] = [undefined];
  readonly #times: Float64Array;
  readonly #counts: Int32Array;
  readonly #ofSlots: Int32Array;
  readonly #free: number[] = [];
  #asker: Asker | undefined;
  #atMs = 0;
  #number = NONE;

  constructor(slots: number) {
    // As many as slots can have, none, and one more that is about to take the place of another.
    this.#times = new Float64Array(slots + 2);
    this.#counts = new Int32Array(slots + 2);
    this.#counts[NONE] = slots;
    this.#ofSlots = new Int32Array(slots);
  }

  askerOf(slot: number): Asker | undefined {
    return this.#askers[this.#ofSlots[slot]!];
  }

  timeOf(slot: number): number {
    return this.#times[this.#ofSlots[slot]!]!;
  }

  /** Slots are stamped request by request: one number after the other. */
  set(slot: number, asker: Asker | undefined, atMs: number): void {
    if (asker !== this.#asker || atMs !== this.#atMs) this.#new(asker, atMs);
    const number = this.#number;
    const before = this.#ofSlots[slot]!;
    if (before === number) return;
    this.#ofSlots[slot] = number;
    this.#counts[number]!++;
    if (--this.#counts[before]! === 0) this.#forget(before);
  }

  #new(asker: Asker | undefined, atMs: number): void {
    const number = this.#free.pop() ?? this.#askers.length;
    this.#askers[number] = asker;
    this.#times[number] = atMs;
    this.#asker = asker;
    this.#atMs = atMs;
    this.#number = number;
  }

  #forget(number: number): void {
    if (number === NONE) return;
    this.#askers[number] = undefined;
    this.#free.push(number);
    if (number !== this.#number) return;
    this.#asker = undefined;
    this.#atMs = 0;
    this.#number = NONE;
  }
}
