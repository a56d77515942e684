const FIRST_CAPACITY = 64;

/** A growing column of numbers, 8 bytes each. */
export class Column {
  #values = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** undefined is unknown, and is left out. */
  add(value: number | undefined): void {
    if (value === undefined) return;
    if (this.#count === this.#values.length) this.#grow(2 * this.#count);
    this.#values[this.#count++] = value;
  }

  merge(other: Column): void {
    const count = this.#count + other.#count;
    if (count > this.#values.length) this.#grow(Math.max(count, 2 * this.#count));
    this.#values.set(other.#values.subarray(0, other.#count), this.#count);
    this.#count = count;
  }

  /** How many are within these bounds, the bounds included. */
  countBetween(min: number, max: number): number {
    let count = 0;
    for (const value of this.#values.subarray(0, this.#count)) {
      if (value >= min && value <= max) count++;
    }
    return count;
  }

  /** The values in ascending order: a view, sorted in place, that the next `add` or `merge` outdates. */
  sorted(): Float64Array {
    return this.#values.subarray(0, this.#count).sort();
  }

  #grow(capacity: number): void {
    const values = new Float64Array(capacity);
    values.set(this.#values.subarray(0, this.#count));
    this.#values = values;
  }
}
