import { sortedByCounting } from './counting-sort.ts';

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

  addAll(values: ArrayLike<number>): void {
    const count = this.#count + values.length;
    if (count > this.#values.length) this.#grow(Math.max(count, 2 * this.#count));
    this.#values.set(values, this.#count);
    this.#count = count;
  }

  merge(other: Column): void {
    this.addAll(other.values());
  }

  /** How many are within these bounds, the bounds included. */
  countBetween(min: number, max: number): number {
    let count = 0;
    for (const value of this.#values.subarray(0, this.#count)) {
      if (value >= min && value <= max) count++;
    }
    return count;
  }

  /** The values in the order in which they came: a view that the next `add` or `merge` outdates. */
  values(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }

  /** The values in ascending order: a copy, or a view as `values` gives it where they came in that order. */
  sorted(): Float64Array {
    const values = this.values();
    return isAscending(values) ? values : (sortedByCounting(values) ?? values.slice().sort());
  }

  #grow(capacity: number): void {
    const values = new Float64Array(capacity);
    values.set(this.#values.subarray(0, this.#count));
    this.#values = values;
  }
}

/** Times often are, and values that are all alike. */
function isAscending(values: Float64Array): boolean {
  for (let index = 1; index < values.length; index++) {
    if (!(values[index - 1]! <= values[index]!)) return false;
  }
  return true;
}
