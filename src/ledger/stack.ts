import { Recency } from '../cache/recency.ts';

/** A block as an LRU stack had it when a request looked it up. */
export interface Place {
  /** An LRU cache of so many blocks has it. */
  readonly distance: number;
  /** Who touched it last: the number of its reference. */
  readonly by: number;
  /** Since when nobody had used it; 0 while somebody still does. */
  readonly idleMs: number;
  /** Whoever touched it last was still under way. */
  readonly isInFlight: boolean;
  /** Somebody under way had it: no cache could evict it, however small. */
  readonly isHeld: boolean;
}

/** Blocks `from` to `to` of a prompt, that one request touched last. */
interface Stretch extends Omit<Place, 'distance' | 'isHeld'> {
  readonly from: number;
  readonly to: number;
  /** Blocks that are kept rather than any of these. */
  readonly newer: number;
}

interface Touch {
  readonly by: number;
  readonly atMs: number;
}

/** A request as the memory of an engine sees it. */
export interface Held {
  readonly by: number;
  readonly names: Int32Array;
  readonly promptBlocks: number;
  readonly firstTokenMs: number;
  readonly endMs: number;
}

/**
 * The blocks of one cache in the order of use, for all sizes of it at once: a request touches its prompt's as it is
 * scheduled, and all that it has as it ends, which is when a real engine frees them. What a request under way holds
 * cannot be evicted, and takes the room of what could.
 */
export class Stack {
  readonly #recency = new Recency();
  readonly #touches: Touch[] = [];
  /** Requests under way, with the touch that each made when it was scheduled. */
  readonly #inFlight = new Map<number, { readonly touch: number; readonly held: Held }>();

  /** Looks up a prompt, and holds its blocks from now on. */
  lookUp(held: Held, nowMs: number): Lookup {
    const { by, names, promptBlocks } = held;
    const stretches: Stretch[] = [];
    const answered = this.#answeredBlocks(nowMs);
    const known = this.#recency.touch(names.subarray(0, promptBlocks), (from, to, newer, touch) => {
      const { atMs, ...last } = this.#touches[touch]!;
      const isInFlight = this.#inFlight.has(last.by);
      const idleMs = isInFlight ? 0 : nowMs - atMs;
      const taken = newer + this.#heldBefore(touch) + answered;
      stretches.push({ from, to, newer: taken, by: last.by, isInFlight, idleMs });
    });
    const heldBlocks = this.#heldAtFront(names, promptBlocks);
    this.#inFlight.set(by, { touch: this.#touches.length, held });
    this.#touches.push({ by, atMs: nowMs });
    return new Lookup(stretches, known, heldBlocks);
  }

  /** A request has ended, and its blocks are the last that were used. */
  end({ by, names }: Held, atMs: number): void {
    this.#inFlight.delete(by);
    this.#recency.touch(names, () => {});
    this.#touches.push({ by, atMs });
  }

  /** Leading blocks that somebody under way has too: a name stands for all that is before it. */
  #heldAtFront(names: Int32Array, promptBlocks: number): number {
    let most = 0;
    for (const { held } of this.#inFlight.values()) {
      const end = Math.min(promptBlocks, held.promptBlocks);
      while (most < end && names[most] === held.names[most]) most++;
    }
    return most;
  }

  /** Blocks that are used less recently, and held all the same. */
  #heldBefore(touch: number): number {
    let blocks = 0;
    for (const one of this.#inFlight.values()) {
      if (one.touch < touch) blocks += this.#recency.ownedBy(one.touch);
    }
    return blocks;
  }

  /** Blocks of answers so far, which are in no prompt yet, and one of each request that is not full. */
  #answeredBlocks(nowMs: number): number {
    let blocks = 0;
    for (const { held } of this.#inFlight.values()) {
      const { names, promptBlocks, firstTokenMs, endMs } = held;
      const share = endMs > firstTokenMs ? (nowMs - firstTokenMs) / (endMs - firstTokenMs) : 1;
      blocks += 1 + Math.floor((names.length - promptBlocks) * Math.max(0, Math.min(1, share)));
    }
    return blocks;
  }
}

/** What a request could have found of its prompt. Numbers of blocks count from the front. */
export class Lookup {
  readonly #stretches: readonly Stretch[];
  /** So many of its blocks had been touched before. */
  readonly known: number;
  readonly #held: number;

  constructor(stretches: readonly Stretch[], known: number, held: number) {
    this.#stretches = stretches;
    this.known = known;
    this.#held = held;
  }

  /** undefined for a block that nobody had touched before. */
  at(block: number): Place | undefined {
    const stretch = this.#stretches.find(({ from, to }) => from <= block && block < to);
    if (!stretch) return undefined;
    const { newer, from, by, idleMs, isInFlight } = stretch;
    const isHeld = block < this.#held;
    return { distance: newer + 1 + block - from, by, idleMs, isInFlight, isHeld };
  }

  /** Leading blocks that an LRU cache of `capacity` blocks has: those within it, and those that are held. */
  foundIn(capacity: number): number {
    for (const { from, to, newer } of this.#stretches) {
      const kept = Math.max(capacity - newer, this.#held - from, 0);
      if (kept < to - from) return from + kept;
    }
    return this.known;
  }
}
