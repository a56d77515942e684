import { HitCurve, type LruHits } from './hit-curve.ts';

/** Blocks of one request's prompt that one and the same earlier request used last. */
export interface Stretch {
  /** Places of both among the requests that have blocks, in the order of use. */
  readonly request: number;
  readonly by: number;
  /** Blocks that were used after any of them: block `i` is found by an LRU cache of `newer + 1 + i` blocks. */
  readonly newer: number;
  /** Of them those that are looked for; the others are only held again. */
  readonly blocks: number;
  readonly held: number;
  /** Tokens found in the last of those looked for; the others are full. */
  readonly lastTokens: number;
}

const FIELDS = 6;
const FIRST_STRETCHES = 1024;

/**
 * What was reused, and at which depth of an LRU stack: from it the hits of any requests, in a cache of any size and
 * any time to live, follow exactly. Age falls along the stack (the newer blocks are above), so a cache of C
 * blocks that forgets after T finds of a chain what both of them find: its first blocks, down to the depth C and
 * the age T. Some 24 bytes a stretch, of which there are far fewer than blocks.
 */
export class Stretches {
  #values = new Int32Array(FIELDS * FIRST_STRETCHES);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(stretch: Stretch): void {
    const at = FIELDS * this.#count++;
    if (at === this.#values.length) {
      const values = new Int32Array(2 * at);
      values.set(this.#values);
      this.#values = values;
    }
    const values = this.#values;
    values[at] = stretch.request;
    values[at + 1] = stretch.by;
    values[at + 2] = stretch.newer;
    values[at + 3] = stretch.blocks;
    values[at + 4] = stretch.held;
    values[at + 5] = stretch.lastTokens;
  }

  /** In the order of requests, those of one request from its root on. */
  *[Symbol.iterator](): Iterator<Stretch> {
    for (let index = 0; index < this.#count; index++) {
      const at = FIELDS * index;
      yield {
        request: this.#values[at]!,
        by: this.#values[at + 1]!,
        newer: this.#values[at + 2]!,
        blocks: this.#values[at + 3]!,
        held: this.#values[at + 4]!,
        lastTokens: this.#values[at + 5]!,
      };
    }
  }

  /** Of some of the stretches, what LRU caches of every size find. */
  lru(blockTokens: number, isCounted: (stretch: Stretch) => boolean): LruHits {
    const curve = new HitCurve(blockTokens);
    for (const stretch of this) {
      const { newer, blocks, lastTokens } = stretch;
      if (blocks > 0 && isCounted(stretch)) curve.add(newer, blocks, lastTokens);
    }
    return curve.close();
  }

  /** The blocks and tokens that each request finds in an LRU cache of so many blocks, by its place. */
  foundBy(
    requests: number,
    { blockTokens, capacityBlocks }: { blockTokens: number; capacityBlocks: number },
  ): { readonly blocks: Int32Array; readonly tokens: Float64Array } {
    const found = { blocks: new Int32Array(requests), tokens: new Float64Array(requests) };
    // For each of many sizes: no object for a stretch.
    const values = this.#values;
    for (let at = 0; at < FIELDS * this.#count; at += FIELDS) {
      const [newer, blocks, lastTokens] = [values[at + 2]!, values[at + 3]!, values[at + 5]!];
      const in_ = Math.min(blocks, capacityBlocks - newer);
      if (in_ <= 0) continue;
      const request = values[at]!;
      found.blocks[request]! += in_;
      found.tokens[request]! +=
        (in_ - 1) * blockTokens + (in_ === blocks ? lastTokens : blockTokens);
    }
    return found;
  }
}
