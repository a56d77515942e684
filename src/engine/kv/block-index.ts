/** A 64-bit name of content, as two 32-bit words. */
export interface BlockName {
  readonly low: number;
  readonly high: number;
}

/**
 * Which resident block holds which content: an open-addressing hash table from 64-bit names to block
 * numbers. Typed arrays, nothing allocated after construction. Several blocks may have the same name
 * (the same content computed twice at once); a lookup finds any of them.
 */
export class BlockIndex {
  /** Block numbers; 0 is an empty slot, since block 0 is never named. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Of each block its name's two words, side by side: one cache line. */
  readonly #words: Int32Array;
  readonly #named: Uint8Array;

  /** `blockCount`: blocks are numbered below it. */
  constructor(blockCount: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * blockCount));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    this.#words = new Int32Array(2 * blockCount);
    this.#named = new Uint8Array(blockCount);
  }

  has(block: number): boolean {
    return this.#named[block] === 1;
  }

  /** The name of a block that has one. */
  nameOf(block: number): BlockName {
    return { low: this.lowOf(block), high: this.highOf(block) };
  }

  /** Its words one by one, also of a block that has just lost its name. */
  lowOf(block: number): number {
    return this.#words[2 * block]!;
  }

  highOf(block: number): number {
    return this.#words[2 * block + 1]!;
  }

  /** A block of that name, or 0. */
  find(low: number, high: number): number {
    const slots = this.#slots;
    const words = this.#words;
    for (let slot = low & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const block = slots[slot]!;
      if (block === 0) return 0;
      if (words[2 * block] === low && words[2 * block + 1] === high) return block;
    }
  }

  add(block: number, low: number, high: number): void {
    let slot = low & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = block;
    this.#words[2 * block] = low;
    this.#words[2 * block + 1] = high;
    this.#named[block] = 1;
  }

  remove(block: number): void {
    const slots = this.#slots;
    let hole = this.lowOf(block) & this.#mask;
    while (slots[hole] !== block) hole = (hole + 1) & this.#mask;
    this.#named[block] = 0;
    // Close the gap, so that every entry stays reachable from its home slot without tombstones.
    for (let slot = (hole + 1) & this.#mask; slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const home = this.lowOf(slots[slot]!) & this.#mask;
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = 0;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#named.fill(0);
  }
}
