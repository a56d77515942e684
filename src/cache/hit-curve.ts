/** Of prompts: whole blocks, and the tokens in them. */
export interface Hits {
  readonly blocks: number;
  readonly tokens: number;
}

const FIRST_DEPTHS = 1024;

/** What an LRU cache finds, for every size of it at once. */
export class HitCurve {
  readonly #blockTokens: number;
  readonly #blocks = new Changes();
  readonly #tokens = new Changes();

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** Blocks at the depths of an LRU stack from `newer + 1` on, all full but for the last of them. */
  add(newer: number, blocks: number, lastTokens: number): void {
    const end = newer + blocks;
    this.#blocks.add(newer + 1, 1);
    this.#blocks.add(end + 1, -1);
    this.#tokens.add(newer + 1, this.#blockTokens);
    this.#tokens.add(end, lastTokens - this.#blockTokens);
    this.#tokens.add(end + 1, -lastTokens);
  }

  close(): LruHits {
    return new LruHits(this.#blocks.summedTwice(), this.#tokens.summedTwice());
  }
}

/** A curve that is finished. */
export class LruHits {
  /** By capacity in blocks; beyond the end as at it. */
  readonly #blocks: Float64Array;
  readonly #tokens: Float64Array;

  constructor(blocks: Float64Array, tokens: Float64Array) {
    this.#blocks = blocks;
    this.#tokens = tokens;
  }

  /** Of a cache of so many blocks. */
  at(capacityBlocks: number): Hits {
    const at = Math.min(capacityBlocks, this.#blocks.length - 1);
    return { blocks: this.#blocks[at]!, tokens: this.#tokens[at]! };
  }

  /** The least capacity that finds so many tokens; undefined if none does. */
  capacityFor(tokens: number): number | undefined {
    const all = this.#tokens;
    if (all[all.length - 1]! < tokens) return undefined;
    let below = -1;
    let enough = all.length - 1;
    while (enough - below > 1) {
      const middle = (below + enough) >> 1;
      if (all[middle]! >= tokens) enough = middle;
      else below = middle;
    }
    return enough;
  }
}

/** Numbers by depth, kept as the change from each to the next. */
class Changes {
  #values = new Float64Array(FIRST_DEPTHS);
  /** Places in use. */
  #length = 1;

  add(depth: number, change: number): void {
    if (depth >= this.#values.length) this.#grow(depth + 1);
    this.#length = Math.max(this.#length, depth + 1);
    this.#values[depth]! += change;
  }

  /** The sums, up to each depth, of the numbers there and before. */
  summedTwice(): Float64Array {
    const sums = this.#values.slice(0, this.#length);
    let number = 0;
    let sum = 0;
    for (let depth = 0; depth < sums.length; depth++) {
      number += sums[depth]!;
      sum += number;
      sums[depth] = sum;
    }
    return sums;
  }

  #grow(depths: number): void {
    const values = new Float64Array(Math.max(depths, 2 * this.#values.length));
    values.set(this.#values);
    this.#values = values;
  }
}
