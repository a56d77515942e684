const FIRST_SIZE = 64;

/** Sums over the beginnings of a growing row of whole numbers: a change and a sum cost its logarithm (Fenwick 1994). */
export class Fenwick {
  /** From 1 on; its size is a power of two, and the last one is the sum of all. */
  #tree = new Int32Array(FIRST_SIZE + 1);

  get total(): number {
    return this.#tree[this.#tree.length - 1]!;
  }

  /** Adds to the number at this place, from 0 on. */
  add(place: number, change: number): void {
    while (place + 1 >= this.#tree.length) this.#grow();
    const tree = this.#tree;
    for (let at = place + 1; at < tree.length; at += at & -at) tree[at]! += change;
  }

  /** Of all up to this place, itself included. */
  sumTo(place: number): number {
    const tree = this.#tree;
    if (place + 1 >= tree.length) return this.total;
    let sum = 0;
    for (let at = place + 1; at > 0; at -= at & -at) sum += tree[at]!;
    return sum;
  }

  #grow(): void {
    const size = this.#tree.length - 1;
    const tree = new Int32Array(2 * size + 1);
    tree.set(this.#tree);
    tree[2 * size] = this.total;
    this.#tree = tree;
  }
}
