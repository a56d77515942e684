/**
 * An ordered list of slot numbers over typed arrays: O(1) to put in and take out anywhere, nothing
 * allocated after construction. Slots are numbered from 1; 0 stands for both ends.
 */
export class SlotList {
  /** Of each slot the next and the previous one, side by side: whoever needs one needs both, from one cache line. */
  readonly #links: Int32Array;
  #length = 0;

  /** `slotCount`: slots are numbered below it. */
  constructor(slotCount: number) {
    this.#links = new Int32Array(2 * slotCount);
  }

  get length(): number {
    return this.#length;
  }

  /** 0 if the list is empty. */
  get first(): number {
    return this.#links[0]!;
  }

  /** The slot behind this one, or 0 behind the last. */
  after(slot: number): number {
    return this.#links[2 * slot]!;
  }

  append(slot: number): void {
    this.#insertBefore(0, slot);
  }

  prepend(slot: number): void {
    this.#insertBefore(this.#links[0]!, slot);
  }

  /** The slot is in the list; the caller knows. */
  remove(slot: number): void {
    const links = this.#links;
    const next = links[2 * slot]!;
    const previous = links[2 * slot + 1]!;
    links[2 * previous] = next;
    links[2 * next + 1] = previous;
    this.#length--;
  }

  #insertBefore(successor: number, slot: number): void {
    const links = this.#links;
    const predecessor = links[2 * successor + 1]!;
    links[2 * predecessor] = slot;
    links[2 * slot + 1] = predecessor;
    links[2 * slot] = successor;
    links[2 * successor + 1] = slot;
    this.#length++;
  }
}
