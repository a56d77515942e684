/**
 * An ordered list of slot numbers over typed arrays: O(1) to put in and take out anywhere, nothing
 * allocated after construction. Slots are numbered from 1; 0 stands for both ends.
 */
export class SlotList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #length = 0;

  /** `slotCount`: slots are numbered below it. */
  constructor(slotCount: number) {
    this.#next = new Int32Array(slotCount);
    this.#previous = new Int32Array(slotCount);
  }

  get length(): number {
    return this.#length;
  }

  /** 0 if the list is empty. */
  get first(): number {
    return this.#next[0]!;
  }

  /** The slot behind this one, or 0 behind the last. */
  after(slot: number): number {
    return this.#next[slot]!;
  }

  append(slot: number): void {
    this.#insertBefore(0, slot);
  }

  prepend(slot: number): void {
    this.#insertBefore(this.#next[0]!, slot);
  }

  /** The slot is in the list; the caller knows. */
  remove(slot: number): void {
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
    this.#length--;
  }

  #insertBefore(successor: number, slot: number): void {
    const predecessor = this.#previous[successor]!;
    this.#next[predecessor] = slot;
    this.#previous[slot] = predecessor;
    this.#next[slot] = successor;
    this.#previous[successor] = slot;
    this.#length++;
  }
}
