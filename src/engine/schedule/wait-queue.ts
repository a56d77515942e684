import type { Sequence } from './sequence.ts';

/** Those that wait to be admitted: in the order in which they were put there, or sorted. */
export class WaitQueue<S extends Sequence> {
  readonly #goesBefore: ((a: S, b: S) => boolean) | undefined;
  readonly #items: S[] = [];

  /** Without `goesBefore` there is no order but that of coming. */
  constructor(goesBefore?: (a: S, b: S) => boolean) {
    this.#goesBefore = goesBefore;
  }

  get length(): number {
    return this.#items.length;
  }

  at(index: number): S {
    return this.#items[index]!;
  }

  /** To its place, or to the end. */
  add(item: S): void {
    if (!this.#goesBefore) {
      this.#items.push(item);
      return;
    }
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#goesBefore(item, this.#items[middle]!)) high = middle;
      else low = middle + 1;
    }
    this.#items.splice(low, 0, item);
  }

  /** To its place, or to the front. */
  addFirst(item: S): void {
    if (this.#goesBefore) this.add(item);
    else this.#items.unshift(item);
  }

  removeAt(index: number): void {
    if (index === 0) this.#items.shift();
    else this.#items.splice(index, 1);
  }

  remove(item: S): void {
    this.removeAt(this.#items.indexOf(item));
  }
}
