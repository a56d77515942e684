import type { Asker } from '../events.ts';

const NOBODY = 0;

/**
 * Small numbers for those whose the content of slots is, each for as long as a slot has it. A pointer a slot
 * would have the garbage collector look at every block that a request gives back.
 */
export class Owners {
  /** By number: who it is, and how many slots have it. */
  readonly #askers: (Asker | undefined)[] = [undefined];
  readonly #slots: Int32Array;
  readonly #free: number[] = [];
  #last: Asker | undefined;
  #lastNumber = NOBODY;

  /** To begin with, all slots are nobody's. */
  constructor(slots: number) {
    // As many as slots can have, nobody's, and one more that is about to take the place of another.
    this.#slots = new Int32Array(slots + 2);
    this.#slots[NOBODY] = slots;
  }

  of(number: number): Asker | undefined {
    return this.#askers[number];
  }

  /** The number of a slot that had another owner before; slots change owners request by request. */
  changed(before: number, owner: Asker | undefined): number {
    const number = owner === this.#last ? this.#lastNumber : this.#new(owner);
    if (before === number) return number;
    this.#slots[number]!++;
    if (--this.#slots[before]! === 0) this.#forget(before);
    return number;
  }

  #new(owner: Asker | undefined): number {
    this.#last = owner;
    this.#lastNumber = owner === undefined ? NOBODY : (this.#free.pop() ?? this.#askers.length);
    this.#askers[this.#lastNumber] = owner;
    return this.#lastNumber;
  }

  #forget(number: number): void {
    if (number === NOBODY) return;
    this.#askers[number] = undefined;
    this.#free.push(number);
    if (number !== this.#lastNumber) return;
    this.#last = undefined;
    this.#lastNumber = NOBODY;
  }
}
