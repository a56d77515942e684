import type { Hits } from './hit-curve.ts';

const NEVER = -1;

/** Requests as references to blocks, in the order of use: each request's chain from the root on. */
export interface References {
  /** Names of blocks: whole numbers from 0. */
  readonly blocks: Int32Array;
  /**
   * Tokens of the block as this reference has it; none is counted where it is 0. Less: nobody looks for the block
   * there, and keeping it up to there is of no use.
   */
  readonly tokens: Int32Array;
  readonly distinct: number;
}

/**
 * What a cache would find that knows the future: of all blocks it keeps those that are used next (Belady 1966), and does
 * not take in one that comes later than these. An upper bound for any policy: it may keep a block whose
 * beginning it gave up, which no prefix cache could use.
 */
export class Belady {
  readonly #references: References;
  /** By place: where the same block is used next. */
  readonly #next: Int32Array;
  /** What is found where nothing has to go, and how much room that takes; undefined: not known yet. */
  #all: { readonly blocks: number; readonly hits: Hits } | undefined;

  constructor(references: References) {
    this.#references = references;
    this.#next = nextUses(references);
  }

  /** With room for so many blocks. */
  at(capacityBlocks: number): Hits {
    if (this.#all && capacityBlocks >= this.#all.blocks) return this.#all.hits;
    const { tokens } = this.#references;
    const isKept = new Uint8Array(tokens.length);
    const uses = new LatestFirst();
    const hits = { blocks: 0, tokens: 0 };
    let held = 0;
    let most = 0;
    let isRoomy = true;
    for (let place = 0; place < tokens.length; place++) {
      if (isKept[place]) {
        held--;
        if (tokens[place]! > 0) hits.blocks++;
        hits.tokens += tokens[place]!;
      }
      const next = this.#next[place]!;
      if (next === NEVER || tokens[next]! < 0) continue;
      isKept[next] = 1;
      uses.push(next);
      // Uses that are over are earlier than any that is to come: they never get to the top.
      if (++held > capacityBlocks) {
        isKept[uses.pop()] = 0;
        held--;
        isRoomy = false;
      }
      if (held > most) most = held;
    }
    if (isRoomy) this.#all = { blocks: most, hits };
    return hits;
  }
}

function nextUses({ blocks, distinct }: References): Int32Array {
  const next = new Int32Array(blocks.length);
  const usedAt = new Int32Array(distinct).fill(NEVER);
  for (let place = blocks.length - 1; place >= 0; place--) {
    next[place] = usedAt[blocks[place]!]!;
    usedAt[blocks[place]!] = place;
  }
  return next;
}

const FIRST_SIZE = 1024;

/** A heap of places, the greatest on top. */
class LatestFirst {
  #places = new Int32Array(FIRST_SIZE);
  #size = 0;

  push(place: number): void {
    if (this.#size === this.#places.length) this.#grow();
    const places = this.#places;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (places[parent]! >= place) break;
      places[at] = places[parent]!;
      at = parent;
    }
    places[at] = place;
  }

  /** There must be one. */
  pop(): number {
    const places = this.#places;
    const top = places[0]!;
    const last = places[--this.#size]!;
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && places[child + 1]! > places[child]!) child++;
      if (places[child]! <= last) break;
      places[at] = places[child]!;
      at = child;
    }
    places[at] = last;
    return top;
  }

  #grow(): void {
    const places = new Int32Array(2 * this.#places.length);
    places.set(this.#places);
    this.#places = places;
  }
}
