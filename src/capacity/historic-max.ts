const FIRST_PLACES = 64;

/**
 * A row of numbers that all change together from some place on, and of each the most that it has been since it was
 * set. A change and a reading cost the logarithm of the row's length: a binary tree whose nodes hold what was added
 * below them, and the most of its sums so far, until somebody goes past.
 */
export class HistoricMax {
  #leaves = FIRST_PLACES;
  /** By node, the root is 1: added to all below it and not yet handed on; of a leaf its number. */
  #added = new Float64Array(2 * FIRST_PLACES);
  /** The most that `added` has been since it was handed on last; of a leaf since it was set. */
  #most = new Float64Array(2 * FIRST_PLACES);

  /** The number at this place, from 0 on: what it was is forgotten. */
  set(place: number, value: number): void {
    while (place >= this.#leaves) this.#grow();
    const leaf = this.#descend(place);
    this.#added[leaf] = value;
    this.#most[leaf] = value;
  }

  /** Adds to every number from this place on. */
  addFrom(place: number, change: number): void {
    if (place >= this.#leaves || change === 0) return;
    const leaf = this.#descend(place);
    this.#add(leaf, change, change);
    for (let node = leaf; node > 1; node >>= 1) {
      if ((node & 1) === 0) this.#add(node + 1, change, change);
    }
  }

  /** The most that the number at this place has been. */
  mostAt(place: number): number {
    return this.#most[this.#descend(place)]!;
  }

  /** Hands on all that is above this place, from the root down; returns its leaf. */
  #descend(place: number): number {
    const leaf = this.#leaves + place;
    for (let shift = 31 - Math.clz32(leaf); shift > 0; shift--) this.#handOn(leaf >> shift);
    return leaf;
  }

  #handOn(node: number): void {
    const added = this.#added[node]!;
    const most = this.#most[node]!;
    if (added === 0 && most === 0) return;
    this.#add(2 * node, added, most);
    this.#add(2 * node + 1, added, most);
    this.#added[node] = 0;
    this.#most[node] = 0;
  }

  /** A change whose sum was `most` at its greatest on the way to `added`. */
  #add(node: number, added: number, most: number): void {
    this.#most[node] = Math.max(this.#most[node]!, this.#added[node]! + most);
    this.#added[node]! += added;
  }

  #grow(): void {
    const { length } = this.#added;
    for (let place = 0; place < this.#leaves; place++) this.#descend(place);
    const leaves = 2 * this.#leaves;
    const added = new Float64Array(2 * length);
    const most = new Float64Array(2 * length);
    added.set(this.#added.subarray(this.#leaves), leaves);
    most.set(this.#most.subarray(this.#leaves), leaves);
    this.#leaves = leaves;
    this.#added = added;
    this.#most = most;
  }
}
