import { Fenwick } from './fenwick.ts';

const FIRST_BLOCKS = 1024;
const NEVER = -1;

/**
 * Blocks `from` to `to` (exclusive) of a chain, all last touched by request `by`. `newer` blocks were touched after
 * any of them: block `from + i` lies at depth `newer + 1 + i` of an LRU stack, so a cache of that many blocks has it.
 */
export type OnStretch = (from: number, to: number, newer: number, by: number) => void;

/**
 * When the blocks of prompts were last used, for all sizes of an LRU cache at once (Mattson et al. 1970). A request
 * touches its whole chain from the tail to the root, hits and misses alike, as vLLM frees it: so a block is
 * never older than what hangs below it, whatever a cache holds is whole from the root on, and recency does
 * not depend on the size.
 *
 * Along a chain the request that touched a block last is never a newer one than that of the block before, and what one
 * request still owns is one stretch of its own chain (design note D.5). A request costs the number of its
 * stretches times the logarithm of the number of requests, not of its blocks.
 */
export class Recency {
  /** By the block's name: the request that touched it last. */
  #owners = new Int32Array(FIRST_BLOCKS).fill(NEVER);
  /** Blocks that each request still owns. */
  readonly #owned = new Fenwick();
  #requests = 0;

  /** Distinct blocks that were touched. */
  get blocks(): number {
    return this.#owned.total;
  }

  /** Blocks that nobody has touched since this request did: the number of the call of `touch`, from 0 on. */
  ownedBy(request: number): number {
    return this.#owned.sumTo(request) - (request > 0 ? this.#owned.sumTo(request - 1) : 0);
  }

  /**
   * The next request, as the names of its blocks: whole numbers from 0, one for each beginning (never for a
   * block alone). Tells its stretches from the root on, and returns how many blocks were touched before.
   */
  touch(chain: ArrayLike<number>, onStretch: OnStretch): number {
    const known = this.#tellStretches(chain, onStretch);
    const request = this.#requests++;
    for (let from = 0; from < known; ) {
      const owner = this.#owners[chain[from]!]!;
      const to = this.#stretchEnd(chain, from, owner);
      this.#owned.add(owner, from - to);
      from = to;
    }
    this.#own(chain, request);
    this.#owned.add(request, chain.length);
    return known;
  }

  #tellStretches(chain: ArrayLike<number>, onStretch: OnStretch): number {
    let from = 0;
    while (from < chain.length) {
      const owner = this.#ownerOf(chain[from]!);
      if (owner === NEVER) break;
      const to = this.#stretchEnd(chain, from, owner);
      onStretch(from, to, this.#owned.total - this.#owned.sumTo(owner), owner);
      from = to;
    }
    return from;
  }

  #stretchEnd(chain: ArrayLike<number>, from: number, owner: number): number {
    let to = from + 1;
    while (to < chain.length && this.#ownerOf(chain[to]!) === owner) to++;
    return to;
  }

  #ownerOf(name: number): number {
    return name < this.#owners.length ? this.#owners[name]! : NEVER;
  }

  #own(chain: ArrayLike<number>, request: number): void {
    for (let i = 0; i < chain.length; i++) {
      const name = chain[i]!;
      if (name >= this.#owners.length) this.#grow(name + 1);
      this.#owners[name] = request;
    }
  }

  #grow(blocks: number): void {
    const owners = new Int32Array(Math.max(blocks, 2 * this.#owners.length)).fill(NEVER);
    owners.set(this.#owners);
    this.#owners = owners;
  }
}
