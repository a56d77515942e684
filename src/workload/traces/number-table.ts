const FIRST_SLOTS = 1024;
/** More than so full, and looking takes long. */
const LOAD_MAX = 0.6;

/** Keys from 0 to below it stand in a list of their own, as far as there are any: ids are often numbered from 0 on. */
const LISTED = 2 ** 22;

/**
 * Whole numbers up to 2^53 by which others are found: a map of them in a third of its room, and not limited to
 * 16 million (V8's own).
 */
export class NumberTable {
  /** By key, one more than the value; 0: there is none. */
  #listed = new Uint32Array(FIRST_SLOTS);
  #keys = new Float64Array(FIRST_SLOTS);
  /** One more than the value; 0: the slot is free. */
  #values = new Uint32Array(FIRST_SLOTS);
  #size = 0;

  get(key: number): number | undefined {
    const value = isListed(key) ? (this.#listed[key] ?? 0) : this.#values[this.#slotOf(key)]!;
    return value === 0 ? undefined : value - 1;
  }

  set(key: number, value: number): void {
    if (isListed(key)) {
      if (key >= this.#listed.length) this.#lengthen(key);
      this.#listed[key] = value + 1;
      return;
    }
    if (this.#size + 1 > LOAD_MAX * this.#keys.length) this.#grow();
    const slot = this.#slotOf(key);
    if (this.#values[slot] === 0) this.#size++;
    this.#keys[slot] = key;
    this.#values[slot] = value + 1;
  }

  #lengthen(key: number): void {
    const listed = new Uint32Array(2 ** Math.ceil(Math.log2(key + 1)));
    listed.set(this.#listed);
    this.#listed = listed;
  }

  /** Where the key is, or the free slot where it belongs. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = mixed(key) & mask;
    while (this.#values[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(2 * keys.length);
    this.#values = new Uint32Array(2 * keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      if (values[slot] === 0) continue;
      const to = this.#slotOf(keys[slot]!);
      this.#keys[to] = keys[slot]!;
      this.#values[to] = values[slot]!;
    }
  }
}

function isListed(key: number): boolean {
  return key >= 0 && key < LISTED;
}

const LOW = 2 ** 32;

/** Knuth's multiplicative hash of both halves: ids are often numbered one after the other. */
function mixed(key: number): number {
  const bits = Math.imul(key % LOW, 0x9e3779b1) ^ Math.imul(Math.floor(key / LOW), 0x85ebca6b);
  return bits ^ (bits >>> 15);
}
