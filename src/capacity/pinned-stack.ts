import { HistoricMax } from './historic-max.ts';

const FIRST_BLOCKS = 1024;
const NEVER = -1;

/**
 * Blocks `from` to `to` (exclusive) of a chain that lie beside each other in the stack. Block `from + i` is found by
 * every cache of at least `newer + 1 + i` blocks, and by no smaller one. Those that a running request holds are in
 * every cache that could run it: `newer` is undefined.
 */
export type OnStretch = (from: number, to: number, newer: number | undefined) => void;

/**
 * An LRU stack (see `cache/recency.ts`) of an engine that runs several requests at once: blocks of running requests
 * are pinned, and those of a finished one are freed from the tail to the root, as vLLM does it. A free block is lost
 * when the pinned blocks and the free ones that were freed after it need its place: so it is found by caches of more
 * blocks than these have been at any time since it was freed. When requests come and go is the same for all sizes
 * here, as it was seen; so one pass is exact for all of them.
 */
export class PinnedStack {
  /** By the block's name: running requests that hold it, and the finished one that freed it last. */
  #holders = new Int32Array(FIRST_BLOCKS);
  #owners = new Int32Array(FIRST_BLOCKS).fill(NEVER);
  /** Slots of running requests: blocks held, each once, and those that have no name yet. */
  #pinned = 0;
  /** Of finished requests, in the order of their ends: pinned slots and blocks freed later, less the place in its chain. */
  readonly #newer = new HistoricMax();
  #ends = 0;

  /** Slots that running requests hold now. */
  get pinnedBlocks(): number {
    return this.#pinned;
  }

  /** Where the first `blocks` of a chain are, from the root on. Returns how many of them were ever held. */
  look(chain: ArrayLike<number>, blocks: number, onStretch: OnStretch): number {
    let from = 0;
    while (from < blocks && this.#isKnown(chain[from]!)) {
      const owner = this.#ownerOf(chain[from]!);
      const to = this.#stretchEnd(chain, from, blocks, owner);
      onStretch(from, to, owner === NEVER ? undefined : this.#newer.mostAt(owner) + from);
      from = to;
    }
    return from;
  }

  /** A running request holds blocks `from` to `to` of a chain from now on. */
  pin(chain: ArrayLike<number>, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const owner = this.#ownerOf(chain[at]!);
      const isHeld = this.#holdersOf(chain[at]!) > 0;
      let end = at + 1;
      while (
        end < to &&
        this.#ownerOf(chain[end]!) === owner &&
        this.#holdersOf(chain[end]!) > 0 === isHeld
      ) {
        end++;
      }
      // What was freed before already made room for them.
      if (!isHeld) {
        this.#newer.addFrom(owner + 1, end - at);
        this.#pinned += end - at;
      }
      for (; at < end; at++) this.#hold(chain[at]!);
    }
  }

  /** So many slots are taken, or given back, whose content has no name. */
  pinUnnamed(blocks: number): void {
    this.#newer.addFrom(0, blocks);
    this.#pinned += blocks;
  }

  /** A request ends that held the first `blocks` of this chain. */
  release(chain: ArrayLike<number>, blocks: number): void {
    let freed = 0;
    for (let at = blocks - 1; at >= 0; at--) {
      const name = chain[at]!;
      if (--this.#holders[name]! > 0) continue;
      this.#owners[name] = this.#ends;
      freed++;
    }
    if (freed === 0) return;
    this.#pinned -= freed;
    this.#newer.set(this.#ends++, this.#pinned - (blocks - freed));
  }

  #stretchEnd(chain: ArrayLike<number>, from: number, end: number, owner: number): number {
    let to = from + 1;
    while (to < end && this.#isKnown(chain[to]!) && this.#ownerOf(chain[to]!) === owner) to++;
    return to;
  }

  #isKnown(name: number): boolean {
    return this.#holdersOf(name) > 0 || this.#ownerOf(name) !== NEVER;
  }

  #holdersOf(name: number): number {
    return name < this.#holders.length ? this.#holders[name]! : 0;
  }

  /** Of a block that is held: none. */
  #ownerOf(name: number): number {
    return name < this.#owners.length ? this.#owners[name]! : NEVER;
  }

  #hold(name: number): void {
    if (name >= this.#holders.length) this.#grow(name + 1);
    this.#holders[name]!++;
    this.#owners[name] = NEVER;
  }

  #grow(blocks: number): void {
    const length = Math.max(blocks, 2 * this.#owners.length);
    const owners = new Int32Array(length).fill(NEVER);
    const holders = new Int32Array(length);
    owners.set(this.#owners);
    holders.set(this.#holders);
    this.#owners = owners;
    this.#holders = holders;
  }
}
